// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/font/font.hpp"
#include "lib/graphics/surface.hpp"

namespace graphics {

// What a text screen draws on.
class Canvas {
 public:
  // `stride`: pixels from one line to the next.
  virtual void put(Rectangle to, const u32* pixels, u32 stride) = 0;
  virtual void fill(Rectangle to, u32 pixel) = 0;

 protected:
  ~Canvas() = default;
};

// Characters on a canvas, centred. What should be on the screen and what is there are kept as cells: pixels are drawn
// for the difference only, at flush(), and never read back.
class TextScreen {
 public:
  static constexpr u32 max_columns = 320, max_rows = 140;

  // Bytes of memory that a grid takes.
  static constexpr u64 memory_bytes(u32 columns, u32 rows) { return u64{columns} * rows * 2 * sizeof(Cell); }
  static constexpr u32 columns_of(Resolution r) { return r.width / font::width < max_columns ? r.width / font::width : max_columns; }
  static constexpr u32 rows_of(Resolution r) { return r.height / font::height < max_rows ? r.height / font::height : max_rows; }

  // `memory` is the caller's and holds memory_bytes(). The grid fits. Everything is blank; `black`: so is the canvas.
  void init(Canvas& canvas, Resolution size, u32 columns, u32 rows, void* memory, bool black);

  // Inside the grid. Attributes are EFI's: foreground in bits 3..0, background in bits 6..4.
  void put(u32 column, u32 row, char16_t code, u8 attribute) {
    wanted_[row * columns_ + column] = cell(code, attribute);
    dirty_[row] = true;
  }
  void scroll(u8 attribute);
  void clear(u8 attribute);
  void set_cursor(u32 column, u32 row, bool visible);

  // Somebody else may have drawn: what is on the canvas is not known any more.
  void distrust();
  // Draws what changed.
  void flush();

 private:
  using Cell = u32;
  static constexpr Cell unknown = 0xffff'ffff;  // no attribute has its bits
  static constexpr Cell cursor_flag = 1u << 24;
  // The foreground of a blank shows nowhere.
  static constexpr Cell cell(char16_t code, u8 attribute) { return u32{attribute & (code == u' ' ? 0x70u : 0x7fu)} << 16 | code; }

  void fill_line(u32 row, u8 attribute);
  Cell wanted_at(u32 index) const { return index == cursor_ ? wanted_[index] | cursor_flag : wanted_[index]; }
  void choose_colours(u8 attribute);
  void draw_cell(Cell cell, u32 offset);
  void flush_row(u32 row);
  void draw_run(u32 row, u32 column, u32 count);
  void draw_margins();

  Canvas* canvas_ = nullptr;
  Resolution size_;
  u32 columns_ = 0, rows_ = 0, left_ = 0, top_ = 0;
  Cell *wanted_ = nullptr, *shown_ = nullptr;
  static constexpr u32 nowhere = ~0u;
  u32 cursor_ = nowhere;
  bool margins_known_ = false;
  bool dirty_[max_rows] = {};
  static constexpr u32 run_columns = 64;  // drawn at once
  u32 lines_[font::height][run_columns * font::width];

  // Four pixels for each half row of a glyph, in the colours of an attribute.
  struct Pixels {
    u32 four[4];
  };
  Pixels halves_[16];
  u32 halves_attribute_ = ~0u;
};

}  // namespace graphics

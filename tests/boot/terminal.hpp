// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string_view>
#include <vector>

#include "picture.hpp"

namespace boot {

// A terminal that understands what the firmware sends to the serial port, and a painter of what it shows: what a display
// of the console must look like.
class Terminal {
 public:
  Terminal(unsigned columns, unsigned rows) : columns_(columns), rows_(rows), cells_(columns * rows) {}
  void feed(std::string_view bytes);
  // Centred on black.
  Picture paint(unsigned width, unsigned height) const;

 private:
  struct Style {
    unsigned fore = 7, back = 0;  // ANSI numbers
    bool bright = false;
  };
  struct Cell {
    char32_t code = U' ';
    Style style;
  };

  std::size_t escape(std::string_view bytes);
  void control(char final_byte, const std::vector<unsigned>& numbers, bool is_private);
  void select_style(const std::vector<unsigned>& numbers);
  void put(char32_t code);
  void line_feed();
  void paint_cell(Picture& picture, unsigned column, unsigned row, unsigned x, unsigned y) const;

  unsigned columns_, rows_, column_ = 0, row_ = 0;
  bool cursor_visible_ = true;
  Style style_;
  std::vector<Cell> cells_;
};

}  // namespace boot

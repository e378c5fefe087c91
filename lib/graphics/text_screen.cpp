// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/graphics/text_screen.hpp"

namespace graphics {
namespace {

// EFI's sixteen colours [uefi §12.4.3] as displays have shown them since CGA; bit 0 is blue.
constexpr u32 palette[16] = {0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa,
                             0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff};
constexpr unsigned cursor_first_row = font::height - 3, cursor_last_row = font::height - 2;

}  // namespace

void TextScreen::init(Canvas& canvas, Resolution size, u32 columns, u32 rows, void* memory, bool black) {
  canvas_ = &canvas;
  size_ = size;
  columns_ = columns;
  rows_ = rows;
  left_ = (size.width - columns * font::width) / 2;
  top_ = (size.height - rows * font::height) / 2;
  wanted_ = static_cast<Cell*>(memory);
  shown_ = wanted_ + columns * rows;
  cursor_ = nowhere;
  clear(0);
  __builtin_memcpy(shown_, wanted_, columns * rows * sizeof(Cell));
  margins_known_ = true;
  if (!black) distrust();
}

void TextScreen::distrust() {
  for (u32 i = 0; i < columns_ * rows_; ++i) shown_[i] = unknown;
  for (bool& dirty : dirty_) dirty = true;
  margins_known_ = false;
}

void TextScreen::fill_line(u32 row, u8 attribute) {
  for (u32 column = 0; column < columns_; ++column) put(column, row, u' ', attribute);
}

void TextScreen::scroll(u8 attribute) {
  __builtin_memmove(wanted_, wanted_ + columns_, (rows_ - 1) * columns_ * sizeof(Cell));
  fill_line(rows_ - 1, attribute);
  for (bool& dirty : dirty_) dirty = true;
}

void TextScreen::clear(u8 attribute) {
  for (u32 row = 0; row < rows_; ++row) fill_line(row, attribute);
}

void TextScreen::set_cursor(u32 column, u32 row, bool visible) {
  if (cursor_ != nowhere) dirty_[cursor_ / columns_] = true;
  cursor_ = visible ? row * columns_ + column : nowhere;
  if (visible) dirty_[row] = true;
}

void TextScreen::choose_colours(u8 attribute) {
  if (halves_attribute_ == attribute) return;
  halves_attribute_ = attribute;
  const u32 colours[2] = {palette[attribute >> 4 & 7], palette[attribute & 0xf]};
  for (unsigned bits = 0; bits < 16; ++bits)
    halves_[bits] = {{colours[bits >> 3 & 1], colours[bits >> 2 & 1], colours[bits >> 1 & 1], colours[bits & 1]}};
}

void TextScreen::draw_cell(Cell cell, u32 offset) {
  const u8 attribute = static_cast<u8>(cell >> 16);
  choose_colours(attribute);
  const font::Glyph glyph = font::glyph_of(static_cast<char16_t>(cell));
  for (unsigned y = 0; y < font::height; ++y) {
    const u8 bits = glyph.rows[y];
    __builtin_memcpy_inline(&lines_[y][offset], &halves_[bits >> 4], sizeof(Pixels));
    __builtin_memcpy_inline(&lines_[y][offset + 4], &halves_[bits & 0xf], sizeof(Pixels));
  }
  if (!(cell & cursor_flag)) return;
  const u32 contrast = palette[(attribute >> 4 & 7) ^ 7];
  for (unsigned y = cursor_first_row; y <= cursor_last_row; ++y)
    for (unsigned x = 0; x < font::width; ++x) lines_[y][offset + x] = contrast;
}

void TextScreen::draw_run(u32 row, u32 column, u32 count) {
  while (count) {
    const u32 part = count < run_columns ? count : run_columns;
    for (u32 i = 0; i < part; ++i) draw_cell(shown_[row * columns_ + column + i], i * font::width);
    canvas_->put({left_ + column * font::width, top_ + row * font::height, part * font::width, font::height}, lines_[0],
                 run_columns * font::width);
    column += part;
    count -= part;
  }
}

void TextScreen::draw_margins() {
  const u32 right = left_ + columns_ * font::width, bottom = top_ + rows_ * font::height;
  canvas_->fill({0, 0, size_.width, top_}, palette[0]);
  canvas_->fill({0, bottom, size_.width, size_.height - bottom}, palette[0]);
  canvas_->fill({0, top_, left_, bottom - top_}, palette[0]);
  canvas_->fill({right, top_, size_.width - right, bottom - top_}, palette[0]);
  margins_known_ = true;
}

void TextScreen::flush_row(u32 row) {
  dirty_[row] = false;
  for (u32 column = 0; column < columns_; ++column) {
    const u32 start = column;
    for (; column < columns_; ++column) {
      const u32 index = row * columns_ + column;
      const Cell cell = wanted_at(index);
      if (shown_[index] == cell) break;
      shown_[index] = cell;
    }
    if (column == start) continue;
    draw_run(row, start, column - start);
  }
}

void TextScreen::flush() {
  if (!margins_known_) draw_margins();
  for (u32 row = 0; row < rows_; ++row)
    if (dirty_[row]) flush_row(row);
}

}  // namespace graphics

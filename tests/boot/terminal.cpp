// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "terminal.hpp"

#include <algorithm>

#include "lib/font/font.hpp"

namespace boot {

namespace {

// The colours of a CGA by ANSI number: bit 0 is red. Brown is the exception.
std::uint32_t colour(unsigned ansi, bool bright) {
  if (ansi == 3 && !bright) return 0xaa5500;
  const std::uint32_t low = bright ? 0x55 : 0, high = bright ? 0xff : 0xaa;
  return (ansi & 1 ? high : low) << 16 | (ansi & 2 ? high : low) << 8 | (ansi & 4 ? high : low);
}

// One code point of UTF-8; its bytes. Zero: cut off.
std::size_t decode(std::string_view bytes, char32_t& code) {
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (bytes.size() < length) return 0;
  code = length == 1 ? first : first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; i++) code = code << 6 | (static_cast<std::uint8_t>(bytes[i]) & 0x3f);
  return length;
}

}  // namespace

void Terminal::select_style(const std::vector<unsigned>& numbers) {
  for (unsigned n : numbers) {
    if (n == 0) style_ = {};
    if (n == 1) style_.bright = true;
    if (n >= 30 && n <= 37) style_.fore = n - 30;
    if (n >= 40 && n <= 47) style_.back = n - 40;
  }
}

void Terminal::control(char final_byte, const std::vector<unsigned>& numbers, bool is_private) {
  const unsigned first = numbers.empty() ? 0 : numbers[0];
  if (final_byte == 'm') select_style(numbers);
  if (final_byte == 'J' && first == 2) std::ranges::fill(cells_, Cell{U' ', style_});
  if (final_byte == 'H' && numbers.size() == 2) {
    row_ = std::min(rows_, std::max(1u, numbers[0])) - 1;
    column_ = std::min(columns_, std::max(1u, numbers[1])) - 1;
  }
  if (is_private && first == 25) cursor_visible_ = final_byte == 'h';
}

// Behind ESC; how many bytes.
std::size_t Terminal::escape(std::string_view bytes) {
  if (!bytes.starts_with('[')) return 0;
  std::vector<unsigned> numbers{0};
  bool is_private = false;
  for (std::size_t at = 1; at < bytes.size(); at++) {
    const char c = bytes[at];
    if (c >= '0' && c <= '9') {
      numbers.back() = numbers.back() * 10 + static_cast<unsigned>(c - '0');
    } else if (c == ';') {
      numbers.push_back(0);
    } else if (c == '?') {
      is_private = true;
    } else {
      control(c, numbers, is_private);
      return at + 1;
    }
  }
  return bytes.size();
}

void Terminal::line_feed() {
  if (row_ + 1 < rows_) {
    row_++;
    return;
  }
  std::copy(cells_.begin() + columns_, cells_.end(), cells_.begin());
  std::fill(cells_.end() - columns_, cells_.end(), Cell{U' ', style_});
}

// At the last column the cursor stays until it is moved.
void Terminal::put(char32_t code) {
  cells_[row_ * columns_ + std::min(column_, columns_ - 1)] = {code, style_};
  column_ = std::min(column_ + 1, columns_);
}

void Terminal::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t used = 1;
    switch (bytes[0]) {
      case '\x1b': used += escape(bytes.substr(1)); break;
      case '\r': column_ = 0; break;
      case '\n': line_feed(); break;
      case '\b': column_ = column_ ? column_ - 1 : 0; break;
      default:
        char32_t code = 0;
        used = decode(bytes, code);
        if (used == 0) return;
        put(code);
    }
    bytes.remove_prefix(used);
  }
}

void Terminal::paint_cell(Picture& picture, unsigned column, unsigned row, unsigned x, unsigned y) const {
  const Cell& cell = cells_[row * columns_ + column];
  const font::Glyph glyph = font::glyph_of(cell.code < 0x10000 ? static_cast<char16_t>(cell.code) : char16_t{0xfffd});
  const bool cursor = cursor_visible_ && row == row_ && column == column_;
  for (unsigned j = 0; j < font::height; j++)
    for (unsigned i = 0; i < font::width; i++) {
      const bool ink = glyph.rows[j] >> (7 - i) & 1;
      std::uint32_t pixel = ink ? colour(cell.style.fore, cell.style.bright) : colour(cell.style.back, false);
      // An underline in the background's complement.
      if (cursor && (j == 13 || j == 14)) pixel = colour(cell.style.back ^ 7, false);
      picture.pixels[(y + j) * picture.width + x + i] = pixel;
    }
}

Picture Terminal::paint(unsigned width, unsigned height) const {
  Picture picture{width, height, std::vector<std::uint32_t>(width * height)};
  const unsigned left = (width - columns_ * font::width) / 2, top = (height - rows_ * font::height) / 2;
  for (unsigned row = 0; row < rows_; row++)
    for (unsigned column = 0; column < columns_; column++)
      paint_cell(picture, column, row, left + column * font::width, top + row * font::height);
  return picture;
}

}  // namespace boot

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/font/font.hpp"

#include "lib/font/box_drawing.hpp"
#include "lib/font/letters.hpp"

namespace font {
namespace {

constexpr char16_t replacement = 0xfffd;

const Letter* find(char16_t code) {
  if (code >= u' ' && code < u' ' + ascii_count) return &letters[code - u' '];
  unsigned low = ascii_count, high = letter_count;
  while (low < high) {
    const unsigned middle = (low + high) / 2;
    if (letters[middle].code == code) return &letters[middle];
    if (letters[middle].code < code)
      low = middle + 1;
    else
      high = middle;
  }
  return nullptr;
}

}  // namespace

bool has_glyph(char16_t code) { return is_drawn(code) || find(code); }

Glyph glyph_of(char16_t code) {
  if (is_drawn(code)) return draw(code);
  const Letter* letter = find(code);
  if (!letter) letter = find(replacement);
  Glyph glyph;
  const u64 halves[] = {__builtin_bswap64(letter->upper), __builtin_bswap64(letter->lower)};
  __builtin_memcpy(glyph.rows, halves, sizeof glyph.rows);
  return glyph;
}

}  // namespace font

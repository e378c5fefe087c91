// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/font/font.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

using namespace base;
using font::Glyph;

std::string drawn(char16_t code) {
  const Glyph glyph = font::glyph_of(code);
  std::string text;
  for (u8 row : glyph.rows) {
    for (unsigned x = 0; x < font::width; ++x) text += row >> (7 - x) & 1 ? '#' : '.';
    text += '\n';
  }
  return text;
}

// Where ink touches the four edges.
struct Edges {
  u16 left = 0, right = 0;
  u8 top, bottom;
};
Edges edges(char16_t code) {
  const Glyph glyph = font::glyph_of(code);
  Edges e{0, 0, glyph.rows[0], glyph.rows[font::height - 1]};
  for (unsigned y = 0; y < font::height; ++y) {
    e.left |= static_cast<u16>((glyph.rows[y] >> 7) << y);
    e.right |= static_cast<u16>((glyph.rows[y] & 1) << y);
  }
  return e;
}

TEST(Font, HasLatin1AndWhatMenusUse) {
  for (char16_t c = 0x20; c < 0x7f; ++c) EXPECT_TRUE(font::has_glyph(c)) << +c;
  for (char16_t c = 0xa0; c < 0x100; ++c) EXPECT_TRUE(font::has_glyph(c)) << +c;
  // What the specification makes every console show [uefi §12.4].
  for (char16_t c : u"─│┌┐└┘├┤┬┴┼═║╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬█░▲►▼◄←↑→↓")
    if (c) EXPECT_TRUE(font::has_glyph(c)) << std::hex << +c;
  EXPECT_FALSE(font::has_glyph(0x3042));
  EXPECT_FALSE(font::has_glyph(0x1f));
  EXPECT_FALSE(font::has_glyph(0x7f));
  EXPECT_EQ(drawn(0x3042), drawn(0xfffd));
}

TEST(Font, LettersDiffer) {
  std::set<std::string> seen;
  for (char16_t c = 0x20; c < 0x7f; ++c) EXPECT_TRUE(seen.insert(drawn(c)).second) << static_cast<char>(c);
}

TEST(Font, LettersAreReadable) {
  std::string wanted;
  for (unsigned y = 0; y < font::height; ++y) wanted += y == 4 ? ".#######\n" : y > 4 && y < 14 ? "....#...\n" : "........\n";
  EXPECT_EQ(drawn(u'T'), wanted);
}

TEST(Font, DoubleCornersAreOpenInside) {
  const std::string corner = drawn(u'╔');
  EXPECT_EQ(corner.substr(6 * 9, 5 * 9), "...#####\n...#....\n...#.###\n...#.#..\n...#.#..\n");
  EXPECT_EQ(drawn(u'╬').substr(5 * 9, 5 * 9), "...#.#..\n####.###\n........\n####.###\n...#.#..\n");
}

// Single, heavy and double lines meet their like in the neighbouring cell, whatever the character.
TEST(Font, BoxesJoin) {
  const Edges single = edges(u'┼'), heavy = edges(u'╋'), dual = edges(u'╬');
  for (char16_t c = 0x2500; c < 0x2580; ++c) {
    if (c >= 0x2571 && c <= 0x2573) continue;
    const Edges e = edges(c);
    for (u16 side : {e.left, e.right}) EXPECT_TRUE(side == 0 || side == single.left || side == heavy.left || side == dual.left) << std::hex << +c;
    EXPECT_TRUE(e.top == 0 || e.top == single.top || e.top == heavy.top || e.top == dual.top) << std::hex << +c;
    EXPECT_TRUE(e.bottom == 0 || e.bottom == single.top || e.bottom == heavy.top || e.bottom == dual.top || e.bottom == 0) << std::hex << +c;
  }
  EXPECT_EQ(edges(u'├').left, 0);
  EXPECT_EQ(edges(u'├').right, single.right);
  EXPECT_EQ(edges(u'╤').bottom, single.bottom);
  EXPECT_EQ(edges(u'╤').left, dual.left);
  EXPECT_EQ(edges(u'╼').left, single.left);
  EXPECT_EQ(edges(u'╼').right, heavy.right);
}

TEST(Font, BlocksFillTheirPart) {
  const auto ink = [](char16_t c) {
    unsigned bits = 0;
    for (u8 row : font::glyph_of(c).rows) bits += static_cast<unsigned>(__builtin_popcount(row));
    return bits;
  };
  EXPECT_EQ(ink(u'█'), 128u);
  EXPECT_EQ(ink(u'▀'), 64u);
  for (unsigned n = 1; n <= 8; ++n) EXPECT_EQ(ink(static_cast<char16_t>(0x2580 + n)), 16 * n);
  for (unsigned n = 1; n < 8; ++n) EXPECT_EQ(ink(static_cast<char16_t>(0x2590 - n)), 16 * n);
  EXPECT_EQ(ink(u'░'), 32u);
  EXPECT_EQ(ink(u'▒'), 64u);
  EXPECT_EQ(ink(u'▓'), 96u);
  for (char16_t c : {u'▖', u'▗', u'▘', u'▝'}) EXPECT_EQ(ink(c), 32u) << +c;
  for (char16_t c : {u'▚', u'▞'}) EXPECT_EQ(ink(c), 64u) << +c;
  for (char16_t c : {u'▙', u'▛', u'▜', u'▟'}) EXPECT_EQ(ink(c), 96u) << +c;
}

}  // namespace

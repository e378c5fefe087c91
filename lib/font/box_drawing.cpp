// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/font/box_drawing.hpp"

namespace font {
namespace {

constexpr char16_t first_box = 0x2500, first_block = 0x2580, first_diagonal = 0x2571, last_diagonal = 0x2573;
constexpr int center_x = 4, center_y = 7;

enum class Line : u8 { none, light, heavy, dual };

// Up, down, left, right of each character, two bits each from bit 0, as its name in Unicode says.
constexpr u8 arms[first_block - first_box] = {
    0x50, 0xa0, 0x05, 0x0a, 0x50, 0xa0, 0x05, 0x0a, 0x50, 0xa0, 0x05, 0x0a, 0x44, 0x84, 0x48, 0x88,  //
    0x14, 0x24, 0x18, 0x28, 0x41, 0x81, 0x42, 0x82, 0x11, 0x21, 0x12, 0x22, 0x45, 0x85, 0x46, 0x49,  //
    0x4a, 0x86, 0x89, 0x8a, 0x15, 0x25, 0x16, 0x19, 0x1a, 0x26, 0x29, 0x2a, 0x54, 0x64, 0x94, 0xa4,  //
    0x58, 0x68, 0x98, 0xa8, 0x51, 0x61, 0x91, 0xa1, 0x52, 0x62, 0x92, 0xa2, 0x55, 0x65, 0x95, 0xa5,  //
    0x56, 0x59, 0x5a, 0x66, 0x96, 0x69, 0x99, 0xa6, 0xa9, 0x6a, 0x9a, 0xaa, 0x50, 0xa0, 0x05, 0x0a,  //
    0xf0, 0x0f, 0xc4, 0x4c, 0xcc, 0x34, 0x1c, 0x3c, 0xc1, 0x43, 0xc3, 0x31, 0x13, 0x33, 0xc5, 0x4f,  //
    0xcf, 0x35, 0x1f, 0x3f, 0xf4, 0x5c, 0xfc, 0xf1, 0x53, 0xf3, 0xf5, 0x5f, 0xff, 0x44, 0x14, 0x11,  //
    0x41, 0x00, 0x00, 0x00, 0x10, 0x01, 0x40, 0x04, 0x20, 0x02, 0x80, 0x08, 0x90, 0x09, 0x60, 0x06,
};

// Draws one arm; `backwards`: up or left.
struct Pen {
  Glyph& glyph;
  bool vertical, backwards;

  // A line to the edge, `across` pixels beside the axis, from `begin` pixels beyond the centre.
  void stroke(int across, int begin) const {
    const int end = vertical ? height : width;
    const int center = vertical ? center_y : center_x, other = (vertical ? center_x : center_y) + across;
    const int step = backwards ? -1 : 1;
    for (int at = center + step * begin; at >= 0 && at < end; at += step)
      glyph.rows[vertical ? at : other] |= static_cast<u8>(0x80 >> (vertical ? other : at));
  }

  // `back`: the arm opposite; `low` and `high`: those that cross, towards zero and away from it.
  void arm(Line line, Line back, Line low, Line high) const {
    const bool low_dual = low == Line::dual, high_dual = high == Line::dual;
    switch (line) {
      case Line::none: return;
      case Line::light:
        stroke(0, back != Line::none || !(low_dual || high_dual) ? 0 : low_dual && high_dual ? 1 : -1);
        return;
      case Line::heavy:
        for (int across = -1; across <= 1; ++across) stroke(across, low == Line::none && high == Line::none ? 0 : -1);
        return;
      case Line::dual:
        stroke(-1, low_dual ? 1 : high_dual && back == Line::none ? -1 : 0);
        stroke(1, high_dual ? 1 : low_dual && back == Line::none ? -1 : 0);
        return;
    }
  }
};

Glyph box(char16_t code) {
  const u8 bits = arms[code - first_box];
  const auto line = [&](unsigned index) { return static_cast<Line>(bits >> 2 * index & 3); };
  const Line up = line(0), down = line(1), left = line(2), right = line(3);
  Glyph glyph{};
  Pen{glyph, true, true}.arm(up, down, left, right);
  Pen{glyph, true, false}.arm(down, up, left, right);
  Pen{glyph, false, true}.arm(left, right, up, down);
  Pen{glyph, false, false}.arm(right, left, up, down);
  return glyph;
}

// U+2504 to U+250B and U+254C to U+254F: gaps in a straight line.
void dash(Glyph& glyph, char16_t code) {
  const bool vertical = code & 2;
  const unsigned dashes = code >= 0x254c ? 2 : code >= 0x2508 ? 4 : 3;
  const unsigned length = vertical ? height : width;
  for (unsigned i = 1; i <= dashes; ++i) {
    const unsigned gap = i * length / dashes - 1;
    if (vertical)
      glyph.rows[gap] = 0;
    else
      for (u8& row : glyph.rows) row &= static_cast<u8>(~(0x80 >> gap));
  }
}

Glyph diagonal(char16_t code) {
  const unsigned which = code - first_diagonal;  // rising, falling, both
  Glyph glyph{};
  for (unsigned y = 0; y < height; ++y) {
    const unsigned x = y * width / height;
    if (which != 0) glyph.rows[y] |= static_cast<u8>(0x80 >> x);
    if (which != 1) glyph.rows[y] |= static_cast<u8>(0x01 << x);
  }
  return glyph;
}

Glyph rectangle(unsigned left, unsigned top, unsigned right, unsigned bottom) {
  Glyph glyph{};
  for (unsigned y = top; y < bottom; ++y) glyph.rows[y] = static_cast<u8>(0xff >> left & 0xff << (width - right));
  return glyph;
}

Glyph shade(unsigned level) {
  static constexpr u8 even[] = {0x88, 0xaa, 0x77}, odd[] = {0x22, 0x55, 0xdd};
  Glyph glyph;
  for (unsigned y = 0; y < height; ++y) glyph.rows[y] = y % 2 ? odd[level] : even[level];
  return glyph;
}

// U+2596 to U+259F: upper left, upper right, lower left, lower right from bit 0.
Glyph quadrants(unsigned index) {
  static constexpr u8 filled[] = {0x4, 0x8, 0x1, 0xd, 0x9, 0x7, 0xb, 0x2, 0x6, 0xe};
  const u8 bits = filled[index];
  Glyph glyph;
  for (unsigned y = 0; y < height; ++y) {
    const unsigned half = y < height / 2 ? bits & 3 : bits >> 2;
    glyph.rows[y] = static_cast<u8>((half & 1 ? 0xf0 : 0) | (half & 2 ? 0x0f : 0));
  }
  return glyph;
}

Glyph block(char16_t code) {
  const unsigned n = code - first_block;
  if (n == 0) return rectangle(0, 0, width, height / 2);
  if (n <= 8) return rectangle(0, height - 2 * n, width, height);
  if (n <= 15) return rectangle(0, 0, 16 - n, height);
  if (n == 16) return rectangle(width / 2, 0, width, height);
  if (n <= 19) return shade(n - 17);
  if (n == 20) return rectangle(0, 0, width, height / 8);
  if (n == 21) return rectangle(width - 1, 0, width, height);
  return quadrants(n - 22);
}

}  // namespace

Glyph draw(char16_t code) {
  if (code >= first_block) return block(code);
  if (code >= first_diagonal && code <= last_diagonal) return diagonal(code);
  Glyph glyph = box(code);
  if ((code >= 0x2504 && code <= 0x250b) || (code >= 0x254c && code <= 0x254f)) dash(glyph, code);
  return glyph;
}

}  // namespace font

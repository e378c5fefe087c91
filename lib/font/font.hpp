// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// The console's only font: Latin-1, box drawing, block elements, arrows and what loaders' menus use besides.
namespace font {

using namespace base;

inline constexpr unsigned width = 8, height = 16;

struct Glyph {
  u8 rows[height];  // the leftmost pixel is the highest bit
};

bool has_glyph(char16_t code);
// U+FFFD's for what the font lacks.
Glyph glyph_of(char16_t code);

}  // namespace font

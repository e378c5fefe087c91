// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/font/font.hpp"

namespace font {

// U+2500 to U+259F, box drawing and block elements: drawn, so that neighbours join whatever the font.
constexpr bool is_drawn(char16_t code) { return code >= 0x2500 && code < 0x25a0; }
Glyph draw(char16_t code);

}  // namespace font

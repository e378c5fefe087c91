// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace font {

using namespace base;

// Sixteen rows of eight pixels, from the top row in the highest byte of `upper` on.
struct Letter {
  char16_t code;
  u64 upper, lower;
};
// Sorted by code; the first are U+0020 to U+007E.
inline constexpr unsigned letter_count = 217, ascii_count = 95;
extern const Letter letters[letter_count];

}  // namespace font

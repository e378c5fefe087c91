// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <compare>

#include "lib/base/types.hpp"

namespace graphics {

using namespace base;

struct Resolution {
  u32 width = 0, height = 0;
  constexpr u64 pixels() const { return u64{width} * height; }
  constexpr bool operator==(const Resolution&) const = default;
};

inline constexpr unsigned pixel_bytes = 4;
// What a mode may have; the least is what 80 by 25 characters take.
inline constexpr Resolution smallest{640, 400}, largest{3840, 2160};
constexpr bool usable(Resolution r) {
  return r.width >= smallest.width && r.height >= smallest.height && r.width <= largest.width && r.height <= largest.height && r.width % 8 == 0;
}

}  // namespace graphics

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace base {

// Bits hi..lo of one integer, as a manual writes them: `Bits<51, 12>::get(pte)`.
template <unsigned hi, unsigned lo = hi>
struct Bits {
  static_assert(hi >= lo && hi < 64);
  static constexpr u64 mask = (~0ull >> (63 - hi)) & (~0ull << lo);
  static constexpr u64 get(u64 word) { return (word & mask) >> lo; }
  static constexpr u64 put(u64 value) { return (value << lo) & mask; }
  static constexpr u64 set(u64 word, u64 value) { return (word & ~mask) | put(value); }
};

static_assert(Bits<63, 0>::mask == ~0ull && Bits<7, 4>::get(0xab) == 0xa && Bits<3>::put(1) == 8);

}  // namespace base

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <concepts>

#include "lib/base/types.hpp"

namespace cc::sev {

using namespace base;

// The bytes of one instruction, read once each and never more than the 15 that it may have [apm3 §1.2.1]. What lies
// beyond reads as zero and makes it overlong.
class InstructionBytes {
 public:
  explicit InstructionBytes(const u8* at) : at_(at) {}
  u8 peek() const { return read_ < max_bytes ? at_[read_] : u8{0}; }
  u8 next() {
    if (read_ < max_bytes) return at_[read_++];
    overlong_ = true;
    return 0;
  }
  template <std::integral T>
  T next_le() {
    u64 value = 0;
    for (unsigned i = 0; i < sizeof(T); ++i) value |= u64{next()} << 8 * i;
    return static_cast<T>(value);
  }
  u8 length() const { return read_; }
  bool overlong() const { return overlong_; }

 private:
  static constexpr u8 max_bytes = 15;
  const u8* at_;
  u8 read_ = 0;
  bool overlong_ = false;
};

// Legacy prefixes in any order, then REX [apm3 §1.2]. CS, DS, ES and SS have no effect in 64-bit mode.
struct Prefixes {
  bool operand_16 = false, address_32 = false, rep = false, lock = false, segment = false;
  u8 rex = 0;
  u8 operand_bytes() const { return rex & rex_w ? 8 : operand_16 ? 2 : 4; }
  static constexpr u8 rex_w = 8, rex_r = 4, rex_x = 2, rex_b = 1;
};
Prefixes read_prefixes(InstructionBytes& bytes);

}  // namespace cc::sev

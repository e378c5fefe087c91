// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/types.hpp"

namespace compress {

using namespace base;

// Bits of a byte string, the most significant of each byte first. Behind the end come zeros.
class BitReader {
 public:
  explicit BitReader(std::span<const u8> bytes) : bytes_(bytes) {}

  unsigned bit() {
    const usize byte = at_ / 8;
    const unsigned shift = 7 - at_ % 8;
    ++at_;
    return byte < bytes_.size() ? bytes_[byte] >> shift & 1 : 0;
  }
  u32 bits(unsigned count) {
    u32 value = 0;
    while (count-- > 0) value = value << 1 | bit();
    return value;
  }
  bool past_end() const { return at_ > bytes_.size() * 8; }

 private:
  std::span<const u8> bytes_;
  usize at_ = 0;
};

}  // namespace compress

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/byte_sum.hpp"

#include <algorithm>

#include "lib/base/endian.hpp"

namespace base {

// Eight at a time. Sums of even bytes lie in lanes of 16 bits; what they leave of the sum of whole words are those of odd
// bytes, in such lanes 8 bits further up, the last of which may overflow: only its low byte counts.
u8 byte_sum(std::span<const u8> bytes) {
  constexpr u64 even_bytes = 0x00ff'00ff'00ff'00ff;
  constexpr usize most = 256;  // words that no other lane overflows with
  const u8* at = bytes.data();
  usize left = bytes.size();
  u64 total = 0;
  while (left >= sizeof(u64)) {
    u64 all = 0, even = 0;
    const u8* end = at + std::min(left / sizeof(u64), most) * sizeof(u64);
    left -= static_cast<usize>(end - at);
#pragma clang loop unroll_count(4)
    for (; at != end; at += sizeof(u64)) {
      const u64 word = load_le<u64>(at);
      all += word;
      even += word & even_bytes;
    }
    const u64 odd = (all - even) >> 8;
    for (unsigned lane = 0; lane < 64; lane += 16) total += (even >> lane) + (odd >> lane);
  }
  for (; left; --left) total += *at++;
  return static_cast<u8>(total);
}

}  // namespace base

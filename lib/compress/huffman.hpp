// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/compress/bits.hpp"

namespace compress {

// A canonical Huffman code: shorter codes come first, equally long ones in the order of their symbols.
template <unsigned max_symbols>
class Huffman {
 public:
  static constexpr unsigned max_length = 16;

  // One symbol, without a code: it takes no bits.
  void set_only(u16 symbol) {
    only_ = true;
    symbols_[0] = symbol;
  }

  // From the length of each symbol's code; 0: has none. volume_corrupted: the lengths leave codes over or give some away twice.
  Result<> set_lengths(std::span<const u8> lengths) {
    only_ = false;
    for (u16& count : counts_) count = 0;
    for (u8 length : lengths) ++counts_[length];
    counts_[0] = 0;
    u32 room = 1;
    for (unsigned length = 1; length <= max_length; ++length) {
      room *= 2;
      if (counts_[length] > room) return Error::volume_corrupted;
      room -= counts_[length];
    }
    if (room != 0) return Error::volume_corrupted;
    u16 next[max_length + 1] = {};
    for (unsigned length = 1; length < max_length; ++length) next[length + 1] = static_cast<u16>(next[length] + counts_[length]);
    for (usize symbol = 0; symbol < lengths.size(); ++symbol)
      if (lengths[symbol]) symbols_[next[lengths[symbol]]++] = static_cast<u16>(symbol);
    return {};
  }

  Result<u16> decode(BitReader& in) const {
    if (only_) return symbols_[0];
    u32 code = 0, first = 0, index = 0;
    for (unsigned length = 1; length <= max_length; ++length) {
      code = code << 1 | in.bit();
      if (code - first < counts_[length]) return symbols_[index + (code - first)];
      index += counts_[length];
      first = (first + counts_[length]) << 1;
    }
    return Error::volume_corrupted;
  }

 private:
  u16 counts_[max_length + 1] = {};
  u16 symbols_[max_symbols] = {};
  bool only_ = false;
};

}  // namespace compress

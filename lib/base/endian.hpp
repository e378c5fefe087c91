// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace base {

// Loads and stores for wire structs whose fields have no natural alignment.
template <class T>
inline T load_le(const void* from) {
  T value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}
template <class T>
inline void store_le(void* to, T value) {
  __builtin_memcpy(to, &value, sizeof value);
}

constexpr u16 swap_be(u16 v) { return __builtin_bswap16(v); }
constexpr u32 swap_be(u32 v) { return __builtin_bswap32(v); }
constexpr u64 swap_be(u64 v) { return __builtin_bswap64(v); }

// A big-endian field of a wire struct.
template <class T>
class [[gnu::packed]] Be {
 public:
  constexpr Be() = default;
  constexpr Be(T value) : raw_(swap_be(value)) {}
  constexpr operator T() const { return swap_be(raw_); }

 private:
  T raw_ = 0;
};

}  // namespace base

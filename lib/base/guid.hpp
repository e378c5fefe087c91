// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace base {

// EFI_GUID [uefi §2.3.1, appx A]: first three fields little-endian, the rest in order. Only 4-byte
// alignment may be expected of a GUID that a caller hands in, so comparison goes word by word.
struct Guid {
  u32 a;
  u16 b;
  u16 c;
  u8 d[8];

  constexpr bool operator==(const Guid& o) const {
    if consteval {
      for (int i = 0; i < 8; ++i)
        if (d[i] != o.d[i]) return false;
      return a == o.a && b == o.b && c == o.c;
    }
    u64 x[2], y[2];
    __builtin_memcpy(x, this, 16);
    __builtin_memcpy(y, &o, 16);
    return x[0] == y[0] && x[1] == y[1];
  }
};
static_assert(sizeof(Guid) == 16 && alignof(Guid) == 4);

namespace detail {
void malformed_guid();  // not constexpr: reaching it fails the compilation
consteval u64 hex(const char* text, int digits) {
  u64 value = 0;
  for (int i = 0; i < digits; ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) malformed_guid();
    value = value << 4 | static_cast<u64>(digit);
  }
  return value;
}
}  // namespace detail

// "8be4df61-93ca-11d2-aa0d-00e098032b8c"_guid
consteval Guid operator""_guid(const char* text, usize length) {
  if (length != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
    detail::malformed_guid();
  Guid guid{static_cast<u32>(detail::hex(text, 8)), static_cast<u16>(detail::hex(text + 9, 4)),
            static_cast<u16>(detail::hex(text + 14, 4)), {}};
  for (int i = 0; i < 2; ++i) guid.d[i] = static_cast<u8>(detail::hex(text + 19 + 2 * i, 2));
  for (int i = 0; i < 6; ++i) guid.d[2 + i] = static_cast<u8>(detail::hex(text + 24 + 2 * i, 2));
  return guid;
}

}  // namespace base

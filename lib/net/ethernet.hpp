// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/types.hpp"

// Ethernet II frames, without their check sequence [ieee802.3].
namespace net {

using namespace base;

inline constexpr usize address_bytes = 6, header_bytes = 14, most_payload = 1500, least_payload = 68;
inline constexpr u8 ethernet_type = 1;  // as hardware types are numbered [rfc1700]
// With a VLAN tag.
inline constexpr usize most_frame = header_bytes + 4 + most_payload;

struct Address {
  u8 bytes[address_bytes];
  bool operator==(const Address& other) const { return __builtin_memcmp(bytes, other.bytes, address_bytes) == 0; }
  bool multicast() const { return bytes[0] & 1; }
  bool broadcast() const { return *this == Address{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
  // Of one station.
  bool sound() const { return !multicast() && *this != Address{}; }
};

struct Header {
  Address destination, source;
  u8 protocol[2];  // big-endian
};
static_assert(sizeof(Header) == header_bytes);

}  // namespace net

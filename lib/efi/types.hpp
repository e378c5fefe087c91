// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/guid.hpp"
#include "lib/base/types.hpp"

// The calling convention of every function that crosses the EFI interface [uefi §2.3.4].
#define EFIAPI __attribute__((ms_abi))

// ABI structs of the specifications, no behaviour. Structs name a protocol's GUID as their member `guid`.
namespace efi {

using namespace base;

using Handle = void*;
using Event = void*;
using Tpl = u64;
using Guid = base::Guid;
using Lba = u64;
using PhysicalAddress = u64;
using VirtualAddress = u64;

// BOOLEAN is one byte that foreign code fills with any value; a C++ bool must be 0 or 1.
using Boolean = u8;

struct MacAddress {
  u8 bytes[32];
};
struct Ipv4Address {
  u8 bytes[4];
};
struct Ipv6Address {
  u8 bytes[16];
};
struct alignas(4) IpAddress {
  u8 bytes[16];
};
static_assert(sizeof(MacAddress) == 32 && sizeof(Ipv4Address) == 4 && sizeof(Ipv6Address) == 16);
static_assert(sizeof(IpAddress) == 16 && alignof(IpAddress) == 4);

}  // namespace efi

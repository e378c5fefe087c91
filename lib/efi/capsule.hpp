// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

namespace efi {

namespace capsule_flag {
inline constexpr u32 persist_across_reset = 0x1'0000;
inline constexpr u32 populate_system_table = 0x2'0000;
inline constexpr u32 initiate_reset = 0x4'0000;
}  // namespace capsule_flag

// [uefi §8.5.3]
struct CapsuleHeader {
  Guid guid;
  u32 header_size;
  u32 flags;
  u32 image_size;
};
static_assert(sizeof(CapsuleHeader) == 28);

struct CapsuleBlockDescriptor {
  u64 length;  // 0: the address continues the list, or ends it when it is 0 too
  PhysicalAddress address;
};
static_assert(sizeof(CapsuleBlockDescriptor) == 16);

}  // namespace efi

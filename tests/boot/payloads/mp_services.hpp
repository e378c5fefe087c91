// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "efi.hpp"

// EFI_MP_SERVICES_PROTOCOL [pi vol. 2 §13.4].
using Procedure = void (*)(void*);

struct Location {
  u32 package, core, thread;
};
struct Information {
  u64 id;
  u32 status;
  Location location;
  u32 location2[6];
};
struct MpServices {
  Status (*numbers)(MpServices*, usize*, usize*);
  Status (*information)(MpServices*, usize, Information*);
  Status (*all)(MpServices*, Procedure, Boolean, Event, usize, void*, usize**);
  Status (*one)(MpServices*, Procedure, usize, Event, usize, void*, Boolean*);
  Status (*switch_bsp)(MpServices*, usize, Boolean);
  Status (*enable)(MpServices*, usize, Boolean, u32*);
  Status (*who)(MpServices*, usize*);
};
inline constexpr Guid guid_mp{0x3fdda605, 0xa76e, 0x4f46, {0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08}};

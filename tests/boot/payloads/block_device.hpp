// SPDX-License-Identifier: BSD-2-Clause-Patent
// EFI_BLOCK_IO_PROTOCOL as the payloads see it [uefi §13.9].
#pragma once

#include "efi.hpp"

struct Media {
  u32 id;
  Boolean removable, present, logical, read_only, write_caching;
  u32 block, align;
  u64 last;
};
struct BlockIo {
  u64 revision;
  Media* media;
  Status (*reset)(BlockIo*, Boolean);
  Status (*read)(BlockIo*, u32, u64, usize, void*);
  Status (*write)(BlockIo*, u32, u64, usize, const void*);
  Status (*flush)(BlockIo*);
};
constexpr Guid guid_block_io{0x964e5b21, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};

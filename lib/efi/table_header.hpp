// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

namespace efi {

inline constexpr u32 uefi_2_10_revision = 2u << 16 | 100;

// EFI_TABLE_HEADER [uefi §4.2].
struct TableHeader {
  u64 signature;
  u32 revision;
  u32 header_size;
  u32 crc32;  // of header_size bytes, computed with this field zero
  u32 reserved;
};
static_assert(sizeof(TableHeader) == 24 && offsetof(TableHeader, crc32) == 16);

}  // namespace efi

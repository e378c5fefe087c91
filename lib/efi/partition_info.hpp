// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

namespace efi {

// EFI_PARTITION_INFO_PROTOCOL [uefi §13.18].
struct [[gnu::packed]] PartitionInfo {
  static constexpr Guid guid = "8cf2f62c-bc9b-4821-808d-ec9ec421a1a0"_guid;
  static constexpr u32 current_revision = 0x1000;
  static constexpr u32 type_other = 0, type_mbr = 1, type_gpt = 2;

  u32 revision;
  u32 type;
  u8 system;
  u8 reserved[7];
  u8 entry[128];  // of the GPT, or 16 bytes of the MBR
};
static_assert(sizeof(PartitionInfo) == 144);

// On the handle of an EFI System Partition, without an interface [uefi §13.3.3].
inline constexpr Guid efi_system_partition_guid = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"_guid;

}  // namespace efi

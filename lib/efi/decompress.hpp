// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

// EFI_DECOMPRESS_PROTOCOL [uefi §19.5]: option ROMs come compressed.
struct Decompress {
  static constexpr Guid guid = "d8117cfe-94a6-11d4-9a3a-0090273fc14d"_guid;

  Status(EFIAPI* get_info)(Decompress* self, const void* source, u32 source_size, u32* destination_size,
                           u32* scratch_size);
  Status(EFIAPI* decompress)(Decompress* self, const void* source, u32 source_size, void* destination,
                             u32 destination_size, void* scratch, u32 scratch_size);
};
static_assert(sizeof(Decompress) == 16);

}  // namespace efi

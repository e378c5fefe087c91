// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

// EFI_RNG_PROTOCOL [uefi §37.5].
struct Rng {
  static constexpr Guid guid = "3152bca5-eade-433d-862e-c01cdc291f44"_guid;

  Status(EFIAPI* get_info)(Rng* self, u64* list_size, Guid* list);
  Status(EFIAPI* get_rng)(Rng* self, const Guid* algorithm, u64 length, u8* value);
};
static_assert(sizeof(Rng) == 16);

namespace rng_algorithm {
inline constexpr Guid sp800_90_ctr_256 = "44f0de6e-4d8c-4045-a8c7-4dd168856b9e"_guid;
inline constexpr Guid raw = "e43176d7-b6e8-4827-b784-7ffdc4b68561"_guid;
}  // namespace rng_algorithm

}  // namespace efi

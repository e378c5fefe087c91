// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

struct TimestampProperties {
  u64 frequency;  // Hz
  u64 end_value;  // the value before it wraps to 0
};
static_assert(sizeof(TimestampProperties) == 16);

// EFI_TIMESTAMP_PROTOCOL [uefi §39.1].
struct Timestamp {
  static constexpr Guid guid = "afbfde41-2e6e-4262-ba65-62b9236e5495"_guid;

  u64(EFIAPI* get_timestamp)();
  Status(EFIAPI* get_properties)(TimestampProperties* properties);
};
static_assert(sizeof(Timestamp) == 16);

}  // namespace efi

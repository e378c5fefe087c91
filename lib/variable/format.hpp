// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/time.hpp"

// The authenticated variable store of edk2, byte for byte, so that OVMF's variable files and the tools that
// edit them fit [edk2 MdeModulePkg/Include/Guid/VariableFormat.h].
namespace variable {

using namespace base;

struct StoreHeader {
  static constexpr Guid authenticated = "aaf32c78-947b-439a-a180-2e144ec37792"_guid;
  static constexpr u8 formatted = 0x5a;
  static constexpr u8 healthy = 0xfe;

  Guid signature;
  u32 size;  // with this header
  u8 format;
  u8 state;
  u16 reserved;
  u32 reserved1;
};
static_assert(sizeof(StoreHeader) == 28 && offsetof(StoreHeader, format) == 20);

// States go one way, by clearing bits, as flash can; each step is one byte written, so that a torn write
// leaves either the old variable or the new one.
namespace record_state {
inline constexpr u8 erased = 0xff;
inline constexpr u8 header_valid = 0x7f;
inline constexpr u8 added = 0x3f;
inline constexpr u8 in_deleted_transition = 0xfe;  // these two are masks
inline constexpr u8 deleted = 0xfd;
}  // namespace record_state

// Then the name with its NUL, then the data. Records begin on multiples of 4 from the store's first byte.
struct [[gnu::packed]] RecordHeader {
  static constexpr u16 start = 0x55aa;

  u16 start_id;
  u8 state;
  u8 reserved;
  u32 attributes;
  u64 monotonic_count;
  efi::Time time_stamp;
  u32 public_key_index;
  u32 name_size;
  u32 data_size;
  Guid vendor;

  constexpr bool live() const {
    return state == record_state::added || state == (record_state::added & record_state::in_deleted_transition);
  }
};
static_assert(sizeof(RecordHeader) == 60 && alignof(RecordHeader) == 1);
static_assert(offsetof(RecordHeader, time_stamp) == 16 && offsetof(RecordHeader, name_size) == 36 &&
              offsetof(RecordHeader, vendor) == 44);

inline constexpr u64 record_alignment = 4;

}  // namespace variable

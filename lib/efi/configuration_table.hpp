// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

namespace efi {

struct ConfigurationTable {
  Guid vendor_guid;
  void* vendor_table;
};
static_assert(sizeof(ConfigurationTable) == 24);

// [uefi §4.6]
namespace table_guid {
inline constexpr Guid acpi_10 = "eb9d2d30-2d88-11d3-9a16-0090273fc14d"_guid;
inline constexpr Guid acpi_20 = "8868e871-e4f1-11d3-bc22-0080c73c8881"_guid;
inline constexpr Guid smbios = "eb9d2d31-2d88-11d3-9a16-0090273fc14d"_guid;
inline constexpr Guid smbios3 = "f2fd1544-9794-4a2c-992e-e5bbcf20e394"_guid;
inline constexpr Guid memory_attributes = "dcfa911d-26eb-469f-a220-38b7dc461220"_guid;
inline constexpr Guid rt_properties = "eb66918a-7eef-402a-842e-931d21c38ae9"_guid;
inline constexpr Guid system_resource = "b122a263-3661-4f68-9929-78f8b0d62180"_guid;  // ESRT
inline constexpr Guid conformance_profiles = "36122546-f7e7-4c8f-bd9b-eb8525b50c0b"_guid;
inline constexpr Guid debug_image_info = "49152e77-1ada-4764-b7a2-7afefed95e8b"_guid;
inline constexpr Guid dxe_services = "05ad34ba-6f02-4214-952e-4da0398e2bb9"_guid;
inline constexpr Guid hob_list = "7739f24c-93d7-11d4-9a3a-0090273fc14d"_guid;
}  // namespace table_guid

// EFI_RT_PROPERTIES_TABLE [uefi §4.6.2].
struct RtPropertiesTable {
  static constexpr u16 current_version = 1;
  u16 version;
  u16 length;
  u32 runtime_services_supported;
};
static_assert(sizeof(RtPropertiesTable) == 8);

namespace rt_supported {
inline constexpr u32 get_time = 0x0001;
inline constexpr u32 set_time = 0x0002;
inline constexpr u32 get_wakeup_time = 0x0004;
inline constexpr u32 set_wakeup_time = 0x0008;
inline constexpr u32 get_variable = 0x0010;
inline constexpr u32 get_next_variable_name = 0x0020;
inline constexpr u32 set_variable = 0x0040;
inline constexpr u32 set_virtual_address_map = 0x0080;
inline constexpr u32 convert_pointer = 0x0100;
inline constexpr u32 get_next_high_monotonic_count = 0x0200;
inline constexpr u32 reset_system = 0x0400;
inline constexpr u32 update_capsule = 0x0800;
inline constexpr u32 query_capsule_capabilities = 0x1000;
inline constexpr u32 query_variable_info = 0x2000;
inline constexpr u32 all = 0x3fff;
}  // namespace rt_supported

// EFI_SYSTEM_RESOURCE_TABLE [uefi §23.4], then its entries.
struct SystemResourceEntry {
  Guid firmware_class;
  u32 firmware_type;
  u32 firmware_version;
  u32 lowest_supported_version;
  u32 capsule_flags;
  u32 last_attempt_version;
  u32 last_attempt_status;
};
struct SystemResourceTable {
  static constexpr u64 current_version = 1;
  u32 count;
  u32 count_max;
  u64 version;
};
static_assert(sizeof(SystemResourceEntry) == 40 && sizeof(SystemResourceTable) == 16);

// EFI_CONFORMANCE_PROFILES_TABLE [uefi §4.6.5], then its GUIDs.
struct ConformanceProfilesTable {
  static constexpr u16 current_version = 1;
  u16 version;
  u16 count;
};
static_assert(sizeof(ConformanceProfilesTable) == 4);
inline constexpr Guid conformance_uefi_spec = "523c91af-a195-4382-818d-295fe4006465"_guid;

// EFI_DEBUG_IMAGE_INFO_TABLE_HEADER [uefi §18.4].
struct LoadedImage;
struct DebugImageInfoNormal {
  static constexpr u32 type_normal = 1;
  u32 type;
  LoadedImage* loaded_image;
  void* image;
};
struct DebugImageInfoTable {
  static constexpr u32 update_in_progress = 1, modified = 2;
  volatile u32 update_status;
  u32 size;
  DebugImageInfoNormal** entries;
};
static_assert(sizeof(DebugImageInfoNormal) == 24 && sizeof(DebugImageInfoTable) == 16);

// How a debugger finds the system table: on a 4 MiB boundary [uefi §18.4.2].
struct SystemTablePointer {
  u64 signature;
  PhysicalAddress system_table;
  u32 crc32;
};
static_assert(sizeof(SystemTablePointer) == 24);

}  // namespace efi

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Wire structures of the System Management BIOS reference specification [smbios = DMTF DSP0134 3.x].
namespace smbios {

using namespace base;

// [smbios §5.2.1] 32-bit entry point, with the intermediate anchor that legacy scanners look for.
struct [[gnu::packed]] EntryPoint21 {
  char anchor[4];  // "_SM_"
  u8 checksum;
  u8 length;  // 0x1f; 0x1e in a misprint of the 2.1 specification
  u8 major;
  u8 minor;
  u16 max_structure_bytes;
  u8 revision;
  u8 formatted[5];
  char intermediate_anchor[5];  // "_DMI_"
  u8 intermediate_checksum;
  u16 table_bytes;
  u32 table_address;
  u16 structure_count;
  u8 bcd_revision;
};
static_assert(sizeof(EntryPoint21) == 31 && __builtin_offsetof(EntryPoint21, table_bytes) == 0x16);

// [smbios §5.2.2] 64-bit entry point.
struct [[gnu::packed]] EntryPoint30 {
  char anchor[5];  // "_SM3_"
  u8 checksum;
  u8 length;
  u8 major;
  u8 minor;
  u8 document_revision;
  u8 revision;
  u8 reserved;
  u32 max_table_bytes;
  u64 table_address;
};
static_assert(sizeof(EntryPoint30) == 24 && __builtin_offsetof(EntryPoint30, table_address) == 16);

// [smbios §6.1.2] A structure: formatted area of `length` bytes, then strings, then an empty string.
struct [[gnu::packed]] StructureHeader {
  u8 type;
  u8 length;
  u16 handle;
};
static_assert(sizeof(StructureHeader) == 4);

inline constexpr u8 type_bios_information = 0;
inline constexpr u8 type_end_of_table = 127;

// [smbios §7.1]
struct [[gnu::packed]] BiosInformation {
  StructureHeader header;
  u8 vendor;  // strings are numbered from 1
  u8 version;
  u16 starting_segment;
  u8 release_date;
  u8 rom_size;
  u64 characteristics;
  u8 extension[2];
  u8 major;
  u8 minor;
  u8 controller_major;
  u8 controller_minor;
};
static_assert(sizeof(BiosInformation) == 0x18);
inline constexpr u64 characteristics_not_supported = 1u << 3;
inline constexpr u8 extension_uefi = 1u << 3;
inline constexpr u8 extension_virtual_machine = 1u << 4;

}  // namespace smbios

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

// PE32+ images [pecoff]. Every struct may lie unaligned in a file: copy it out.
namespace efi::pe {

inline constexpr u16 dos_magic = 0x5a4d;         // "MZ"
inline constexpr u32 signature = 0x0000'4550;    // "PE\0\0"
inline constexpr u16 machine_i386 = 0x014c;
inline constexpr u16 machine_x64 = 0x8664;
inline constexpr u16 machine_ebc = 0x0ebc;
inline constexpr u16 magic_pe32 = 0x010b;
inline constexpr u16 magic_pe32_plus = 0x020b;

struct DosHeader {
  u16 magic;
  u16 fields[29];
  u32 new_header_offset;
};
static_assert(sizeof(DosHeader) == 64 && offsetof(DosHeader, new_header_offset) == 60);

struct CoffHeader {
  u16 machine;
  u16 number_of_sections;
  u32 time_date_stamp;
  u32 pointer_to_symbol_table;
  u32 number_of_symbols;
  u16 size_of_optional_header;
  u16 characteristics;
};
static_assert(sizeof(CoffHeader) == 20);

namespace characteristic {
inline constexpr u16 relocations_stripped = 0x0001;
inline constexpr u16 executable_image = 0x0002;
inline constexpr u16 line_numbers_stripped = 0x0004;
inline constexpr u16 local_symbols_stripped = 0x0008;
inline constexpr u16 large_address_aware = 0x0020;
inline constexpr u16 debug_stripped = 0x0200;
inline constexpr u16 dll = 0x2000;
}  // namespace characteristic

namespace subsystem {
inline constexpr u16 efi_application = 10;
inline constexpr u16 efi_boot_service_driver = 11;
inline constexpr u16 efi_runtime_driver = 12;
inline constexpr u16 efi_rom = 13;
}  // namespace subsystem

namespace dll_characteristic {
inline constexpr u16 high_entropy_va = 0x0020;
inline constexpr u16 dynamic_base = 0x0040;
inline constexpr u16 force_integrity = 0x0080;
inline constexpr u16 nx_compat = 0x0100;
}  // namespace dll_characteristic

struct DataDirectory {
  u32 virtual_address;
  u32 size;
};
inline constexpr u32 directory_export = 0;
inline constexpr u32 directory_import = 1;
inline constexpr u32 directory_resource = 2;
inline constexpr u32 directory_exception = 3;
inline constexpr u32 directory_security = 4;  // a file offset, not an RVA
inline constexpr u32 directory_base_relocation = 5;
inline constexpr u32 directory_debug = 6;
inline constexpr u32 directory_count_max = 16;

// The optional header up to its data directories, of which number_of_rva_and_sizes follow.
struct OptionalHeader64 {
  u16 magic;
  u8 major_linker_version;
  u8 minor_linker_version;
  u32 size_of_code;
  u32 size_of_initialized_data;
  u32 size_of_uninitialized_data;
  u32 address_of_entry_point;
  u32 base_of_code;
  u64 image_base;
  u32 section_alignment;
  u32 file_alignment;
  u16 major_operating_system_version;
  u16 minor_operating_system_version;
  u16 major_image_version;
  u16 minor_image_version;
  u16 major_subsystem_version;
  u16 minor_subsystem_version;
  u32 win32_version_value;
  u32 size_of_image;
  u32 size_of_headers;
  u32 checksum;
  u16 subsystem;
  u16 dll_characteristics;
  u64 size_of_stack_reserve;
  u64 size_of_stack_commit;
  u64 size_of_heap_reserve;
  u64 size_of_heap_commit;
  u32 loader_flags;
  u32 number_of_rva_and_sizes;
};
static_assert(sizeof(DataDirectory) == 8 && sizeof(OptionalHeader64) == 112);
static_assert(offsetof(OptionalHeader64, image_base) == 24 && offsetof(OptionalHeader64, size_of_image) == 56 &&
              offsetof(OptionalHeader64, checksum) == 64 && offsetof(OptionalHeader64, dll_characteristics) == 70);

struct SectionHeader {
  char name[8];
  u32 virtual_size;
  u32 virtual_address;
  u32 size_of_raw_data;
  u32 pointer_to_raw_data;
  u32 pointer_to_relocations;
  u32 pointer_to_line_numbers;
  u16 number_of_relocations;
  u16 number_of_line_numbers;
  u32 characteristics;
};
static_assert(sizeof(SectionHeader) == 40 && offsetof(SectionHeader, characteristics) == 36);

namespace section_characteristic {
inline constexpr u32 code = 0x0000'0020;
inline constexpr u32 initialized_data = 0x0000'0040;
inline constexpr u32 uninitialized_data = 0x0000'0080;
inline constexpr u32 discardable = 0x0200'0000;
inline constexpr u32 execute = 0x2000'0000;
inline constexpr u32 read = 0x4000'0000;
inline constexpr u32 write = 0x8000'0000;
}  // namespace section_characteristic

// A block of base relocations: 16-bit entries follow, type in bits 15..12, page offset in 11..0.
struct BaseRelocationBlock {
  u32 page_rva;
  u32 block_size;  // with this header
};
static_assert(sizeof(BaseRelocationBlock) == 8);

namespace relocation {
inline constexpr u16 absolute = 0;  // padding
inline constexpr u16 high = 1;
inline constexpr u16 low = 2;
inline constexpr u16 high_low = 3;
inline constexpr u16 dir64 = 10;
}  // namespace relocation

}  // namespace efi::pe

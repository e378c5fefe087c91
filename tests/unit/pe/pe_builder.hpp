// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstring>
#include <vector>

#include "lib/pe/image.hpp"

namespace pe_test {

using namespace base;
using namespace efi::pe;

inline constexpr u64 linked_at = 0x1'4000'0000;
inline constexpr u32 text_rva = 0x1000, data_rva = 0x2000, reloc_rva = 0x3000, image_bytes = 0x4000;
inline constexpr u32 pointer_rva = data_rva + 0x10;

// A sound image of three sections with one DIR64 relocation; tests spoil single fields of it.
struct Builder {
  DosHeader dos{};
  CoffHeader coff{};
  OptionalHeader64 optional{};
  DataDirectory directories[directory_count_max]{};
  SectionHeader sections[3]{};

  Builder() {
    dos.magic = dos_magic;
    dos.new_header_offset = 0x80;
    coff.machine = machine_x64;
    coff.number_of_sections = 3;
    coff.size_of_optional_header = sizeof optional + sizeof directories;
    optional.magic = magic_pe32_plus;
    optional.image_base = linked_at;
    optional.address_of_entry_point = text_rva;
    optional.section_alignment = 0x1000;
    optional.file_alignment = 0x200;
    optional.size_of_image = image_bytes;
    optional.size_of_headers = 0x400;
    optional.subsystem = subsystem::efi_application;
    optional.number_of_rva_and_sizes = directory_count_max;
    directories[directory_base_relocation] = {reloc_rva, 12};
    sections[0] = section(text_rva, 0x20, 0x400, 0x200, section_characteristic::execute | section_characteristic::read);
    sections[1] = section(data_rva, 0x800, 0x600, 0x200, section_characteristic::write | section_characteristic::read);
    sections[2] = section(reloc_rva, 12, 0x800, 0x200, section_characteristic::read);
  }

  static SectionHeader section(u32 rva, u32 bytes, u32 offset, u32 raw, u32 characteristics) {
    SectionHeader s{};
    s.virtual_address = rva;
    s.virtual_size = bytes;
    s.pointer_to_raw_data = offset;
    s.size_of_raw_data = raw;
    s.characteristics = characteristics;
    return s;
  }

  std::vector<u8> build() const {
    std::vector<u8> file(0xa00, 0);
    const auto put = [&](u64 at, const auto& value) { std::memcpy(file.data() + at, &value, sizeof value); };
    const u64 pe = 0x80;
    put(0, dos);
    put(pe, signature);
    put(pe + 4, coff);
    put(pe + 24, optional);
    put(pe + 24 + sizeof optional, directories);
    put(pe + 24 + sizeof optional + sizeof directories, sections);
    for (u32 i = 0; i < 0x20; ++i) file[0x400 + i] = 0x90;
    put(0x600 + 0x10, u64{linked_at + text_rva});
    put(0x800, BaseRelocationBlock{data_rva, 12});
    put(0x808, u16{relocation::dir64 << 12 | 0x10});
    return file;
  }
};

}  // namespace pe_test

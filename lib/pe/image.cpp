// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pe/image.hpp"

#include "lib/base/address.hpp"
#include "lib/base/endian.hpp"

namespace pe {
namespace {

using namespace efi::pe;

constexpr u64 max_image_bytes = 1_GiB;

bool fits(u64 offset, u64 bytes, u64 total) { return offset <= total && bytes <= total - offset; }

template <class T>
Result<T> read(std::span<const u8> file, u64 offset) {
  if (!fits(offset, sizeof(T), file.size())) return Error::load_error;
  return load_le<T>(file.data() + offset);
}

// Bytes of a section in memory; linkers may leave virtual_size zero.
u32 memory_size(const SectionHeader& s) { return s.virtual_size ? s.virtual_size : s.size_of_raw_data; }
u32 file_size(const SectionHeader& s) { return s.size_of_raw_data < memory_size(s) ? s.size_of_raw_data : memory_size(s); }

Result<> check_sections(const Image& image) {
  for (unsigned i = 0; i < image.coff.number_of_sections; ++i) {
    const SectionHeader s = section(image, i);
    if (!fits(s.virtual_address, memory_size(s), image.optional.size_of_image)) return Error::load_error;
    if (s.size_of_raw_data && !fits(s.pointer_to_raw_data, s.size_of_raw_data, image.file.size())) return Error::load_error;
  }
  return {};
}

Result<> relocate_block(std::span<u8> memory, u32 page, std::span<const u8> entries, u64 delta) {
  for (u64 at = 0; at + 2 <= entries.size(); at += 2) {
    const u16 entry = load_le<u16>(entries.data() + at);
    const u64 target = u64{page} + (entry & 0xfff);
    switch (entry >> 12) {
      case relocation::absolute: break;
      case relocation::high_low:
        if (!fits(target, 4, memory.size())) return Error::load_error;
        store_le(memory.data() + target, load_le<u32>(memory.data() + target) + static_cast<u32>(delta));
        break;
      case relocation::dir64:
        if (!fits(target, 8, memory.size())) return Error::load_error;
        store_le(memory.data() + target, load_le<u64>(memory.data() + target) + delta);
        break;
      default: return Error::load_error;
    }
  }
  return {};
}

Result<> relocate(const Image& image, std::span<u8> memory, u64 delta) {
  if (delta == 0) return {};
  if (image.coff.characteristics & characteristic::relocations_stripped) return Error::load_error;
  u64 at = image.relocations.virtual_address;
  const u64 end = at + image.relocations.size;
  if (!fits(at, image.relocations.size, memory.size())) return Error::load_error;
  while (end - at >= sizeof(BaseRelocationBlock)) {
    const auto block = load_le<BaseRelocationBlock>(memory.data() + at);
    if (block.block_size < sizeof block || block.block_size > end - at) return Error::load_error;
    TRY(relocate_block(memory, block.page_rva, memory.subspan(at + sizeof block, block.block_size - sizeof block), delta));
    at += block.block_size;
  }
  return {};
}

}  // namespace

bool Image::nx_compatible() const {
  using namespace section_characteristic;
  if (!(optional.dll_characteristics & dll_characteristic::nx_compat) || optional.section_alignment < page_bytes) return false;
  for (unsigned i = 0; i < coff.number_of_sections; ++i) {
    const SectionHeader s = section(*this, i);
    if (s.virtual_address % page_bytes != 0 || ((s.characteristics & write) && (s.characteristics & execute))) return false;
  }
  return true;
}

SectionHeader section(const Image& image, unsigned index) {
  return load_le<SectionHeader>(image.file.data() + image.section_table + index * sizeof(SectionHeader));
}

Result<Image> parse(std::span<const u8> file) {
  const auto dos = read<DosHeader>(file, 0);
  if (!dos || DosHeader(dos.value_or({})).magic != dos_magic) return Error::unsupported;
  const u64 pe = DosHeader(dos.value_or({})).new_header_offset;
  if (TRY(read<u32>(file, pe)) != signature) return Error::unsupported;

  Image image{};
  image.file = file;
  image.coff = TRY(read<CoffHeader>(file, pe + 4));
  const u64 optional = pe + 4 + sizeof(CoffHeader);
  image.optional = TRY(read<OptionalHeader64>(file, optional));
  const OptionalHeader64& header = image.optional;
  if (image.coff.machine != machine_x64 || header.magic != magic_pe32_plus) return Error::unsupported;
  if (header.subsystem < subsystem::efi_application || header.subsystem > subsystem::efi_rom) return Error::unsupported;

  const u64 directories = u64{header.number_of_rva_and_sizes} * sizeof(DataDirectory);
  if (header.number_of_rva_and_sizes > directory_count_max || image.coff.size_of_optional_header < sizeof(OptionalHeader64) + directories)
    return Error::load_error;
  if (header.number_of_rva_and_sizes > directory_base_relocation)
    image.relocations = TRY(read<DataDirectory>(file, optional + sizeof(OptionalHeader64) + directory_base_relocation * sizeof(DataDirectory)));

  image.section_table = optional + image.coff.size_of_optional_header;
  if (!fits(image.section_table, u64{image.coff.number_of_sections} * sizeof(SectionHeader), file.size())) return Error::load_error;
  if (header.size_of_image == 0 || header.size_of_image > max_image_bytes || header.size_of_headers > header.size_of_image ||
      header.size_of_headers > file.size() || header.address_of_entry_point >= header.size_of_image)
    return Error::load_error;
  TRY(check_sections(image));
  return image;
}

Result<> load(const Image& image, std::span<u8> memory, u64 address) {
  ASSERT(memory.size() >= image.memory_bytes());
  memory = memory.first(image.memory_bytes());
  // Sections may overlap or leave gaps; only what no file byte covers is zeroed, which for a well-formed file is
  // its gaps and uninitialised data.
  u64 covered = image.optional.size_of_headers;
  __builtin_memcpy(memory.data(), image.file.data(), covered);
  for (unsigned i = 0; i < image.coff.number_of_sections; ++i) {
    const SectionHeader s = section(image, i);
    if (s.virtual_address > covered) {
      __builtin_memset(memory.data() + covered, 0, s.virtual_address - covered);
      covered = s.virtual_address;
    }
    if (file_size(s)) __builtin_memcpy(memory.data() + s.virtual_address, image.file.data() + s.pointer_to_raw_data, file_size(s));
    const u64 end = u64{s.virtual_address} + memory_size(s);
    const u64 filled = u64{s.virtual_address} + file_size(s);
    if (end > filled) __builtin_memset(memory.data() + filled, 0, end - filled);
    if (end > covered) covered = end;
  }
  __builtin_memset(memory.data() + covered, 0, memory.size() - covered);
  return relocate(image, memory, address - image.optional.image_base);
}

}  // namespace pe

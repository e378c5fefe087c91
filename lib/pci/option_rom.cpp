// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/option_rom.hpp"

#include "lib/base/endian.hpp"

namespace pci {
namespace {

constexpr u16 rom_signature = 0xaa55;
constexpr u32 efi_signature = 0x0ef1;
constexpr u64 unit = 512;
constexpr unsigned max_images = 64;

struct [[gnu::packed]] RomHeader {
  u16 signature;
  u16 initialization_units;  // EFI images only
  u32 efi_signature;
  u16 efi_subsystem;
  u16 efi_machine;
  u16 compression;
  u8 reserved[8];
  u16 efi_image_offset;
  u16 data_offset;
};
static_assert(sizeof(RomHeader) == 26);

struct [[gnu::packed]] RomData {
  static constexpr u32 signature_value = 0x52494350;  // "PCIR"
  static constexpr u8 indicator_last = 0x80;
  u32 signature;
  u16 vendor;
  u16 device;
  u16 device_list;
  u16 length;
  u8 revision;
  u8 class_code[3];
  u16 image_units;
  u16 code_revision;
  u8 code_type;
  u8 indicator;
  u16 reserved;
};
static_assert(sizeof(RomData) == 24 && offsetof(RomData, code_type) == 20);

}  // namespace

Result<RomImage> parse_rom_image(std::span<const u8> rom, u32 offset) {
  if (offset > rom.size() || rom.size() - offset < sizeof(RomHeader)) return Error::not_found;
  const auto header = load_le<RomHeader>(&rom[offset]);
  if (header.signature != rom_signature) return Error::not_found;
  const u64 data_at = u64{offset} + header.data_offset;
  if (data_at + sizeof(RomData) > rom.size()) return Error::volume_corrupted;
  const auto data = load_le<RomData>(&rom[data_at]);
  if (data.signature != RomData::signature_value) return Error::volume_corrupted;
  const u32 bytes = static_cast<u32>(data.image_units * unit);
  if (bytes == 0 || bytes > rom.size() - offset) return Error::volume_corrupted;
  RomImage image{.offset = offset, .bytes = bytes, .vendor = data.vendor, .device = data.device, .code_type = data.code_type};
  image.last = data.indicator & RomData::indicator_last;
  if (image.code_type != RomImage::code_efi) return image;
  if (header.efi_signature != efi_signature || header.compression > 1 || header.efi_image_offset >= bytes) return Error::volume_corrupted;
  image.compressed = header.compression == 1;
  image.machine = header.efi_machine;
  image.payload = header.efi_image_offset;
  return image;
}

u64 used_rom_bytes(std::span<const u8> rom) {
  u64 used = 0;
  for (unsigned i = 0; i < max_images; ++i) {
    auto image = parse_rom_image(rom, static_cast<u32>(used));
    if (!image) break;
    used += image->bytes;
    if (image->last) break;
  }
  return used;
}

Result<RomImage> find_efi_image(std::span<const u8> rom, u16 machine) {
  u32 offset = 0;
  for (unsigned i = 0; i < max_images; ++i) {
    const RomImage image = TRY(parse_rom_image(rom, offset));
    if (image.code_type == RomImage::code_efi && image.machine == machine) return image;
    if (image.last) break;
    offset += image.bytes;
  }
  return Error::not_found;
}

}  // namespace pci

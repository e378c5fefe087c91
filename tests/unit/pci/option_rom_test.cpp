// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/option_rom.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "lib/base/endian.hpp"
#include "lib/efi/pe.hpp"

namespace {

using namespace base;
using Rom = std::vector<u8>;
using efi::pe::machine_ebc, efi::pe::machine_x64;

// One image as the specifications lay it out.
void add_image(Rom& rom, u8 code_type, u16 machine, u16 units, bool last, u16 compression = 0) {
  const usize at = rom.size();
  rom.resize(at + units * 512u);
  u8* image = &rom[at];
  store_le<u16>(image, 0xaa55);
  store_le<u16>(image + 2, units);
  store_le<u32>(image + 4, 0x0ef1);
  store_le<u16>(image + 8, 11);
  store_le<u16>(image + 10, machine);
  store_le<u16>(image + 12, compression);
  store_le<u16>(image + 22, 0x38);
  store_le<u16>(image + 24, 0x1c);
  __builtin_memcpy(image + 0x1c, "PCIR", 4);
  store_le<u16>(image + 0x1c + 4, 0x1af4);
  store_le<u16>(image + 0x1c + 6, 0x1041);
  store_le<u16>(image + 0x1c + 16, units);
  image[0x1c + 20] = code_type;
  image[0x1c + 21] = last ? 0x80 : 0;
}

TEST(OptionRom, FindsTheImageForTheMachine) {
  Rom rom;
  add_image(rom, 0, 0, 3, false);
  add_image(rom, 3, machine_ebc, 2, false);
  add_image(rom, 3, machine_x64, 4, true, 1);
  rom.resize(8192);
  const auto image = pci::find_efi_image(rom, machine_x64).value();
  EXPECT_EQ(image.offset, 5 * 512u);
  EXPECT_EQ(image.bytes, 4 * 512u);
  EXPECT_EQ(image.payload, 0x38u);
  EXPECT_TRUE(image.compressed);
  EXPECT_TRUE(image.last);
  EXPECT_EQ(image.vendor, 0x1af4);
  EXPECT_EQ(image.device, 0x1041);
  EXPECT_EQ(pci::used_rom_bytes(rom), 9 * 512u);
  EXPECT_EQ(pci::find_efi_image(rom, 0xaa64).error(), Error::not_found);
}

TEST(OptionRom, NothingBehindTheLast) {
  Rom rom;
  add_image(rom, 0, 0, 1, true);
  add_image(rom, 3, machine_x64, 1, true);
  EXPECT_EQ(pci::find_efi_image(rom, machine_x64).error(), Error::not_found);
  EXPECT_EQ(pci::used_rom_bytes(rom), 512u);
}

TEST(OptionRom, Damaged) {
  Rom good;
  add_image(good, 3, machine_x64, 2, true);
  const auto error_with = [&](usize at, u8 value) {
    Rom rom = good;
    rom[at] = value;
    return pci::find_efi_image(rom, machine_x64).error();
  };
  EXPECT_EQ(error_with(0, 0), Error::not_found);             // signature
  EXPECT_EQ(error_with(4, 0), Error::volume_corrupted);      // EFI signature
  EXPECT_EQ(error_with(12, 2), Error::volume_corrupted);     // compression
  EXPECT_EQ(error_with(23, 4), Error::volume_corrupted);     // the PE image begins behind the end
  EXPECT_EQ(error_with(25, 4), Error::volume_corrupted);     // the data structure lies behind the end
  EXPECT_EQ(error_with(0x1c, 'x'), Error::volume_corrupted);
  EXPECT_EQ(error_with(0x1c + 16, 0), Error::volume_corrupted);  // no length
  EXPECT_EQ(error_with(0x1c + 16, 3), Error::volume_corrupted);  // too long
  for (usize size = 0; size < good.size(); ++size)
    EXPECT_FALSE(pci::find_efi_image(Rom(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), machine_x64)) << size;
  EXPECT_EQ(pci::find_efi_image(Rom(65536, 0xff), machine_x64).error(), Error::not_found);
}

// More images than anyone has, none of them the last.
TEST(OptionRom, Endless) {
  Rom rom;
  for (int i = 0; i < 300; ++i) add_image(rom, 0, 0, 1, false);
  EXPECT_EQ(pci::find_efi_image(rom, machine_x64).error(), Error::not_found);
  EXPECT_LE(pci::used_rom_bytes(rom), rom.size());
}

TEST(OptionRom, IpxeOfQemu) {
  std::ifstream file("/usr/lib/ipxe/qemu/efi-virtio.rom", std::ios::binary);
  if (!file) GTEST_SKIP() << "ipxe-qemu is not installed";
  const Rom rom{std::istreambuf_iterator<char>(file), {}};
  const auto image = pci::find_efi_image(rom, machine_x64).value();
  EXPECT_TRUE(image.last);
  EXPECT_EQ(pci::used_rom_bytes(rom), rom.size());
  EXPECT_EQ(rom[image.offset + image.payload], 'M');
}

}  // namespace

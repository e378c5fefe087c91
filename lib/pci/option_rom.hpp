// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"

// The images in an expansion ROM [pci §6.3.1], [uefi §14.4.2].
namespace pci {

using namespace base;

struct RomImage {
  static constexpr u8 code_efi = 3;
  u32 offset = 0;  // in the ROM
  u32 bytes = 0;   // of the image, a multiple of 512
  u16 vendor = 0, device = 0;
  u8 code_type = 0;
  bool last = false;
  // Only when code_type is code_efi.
  bool compressed = false;
  u16 machine = 0;    // as in a PE header
  u32 payload = 0;    // offset of the PE image in this image
};

// The image at `offset` of a ROM. not_found: nothing there looks like one; volume_corrupted: it does, but leaves the ROM, or
// its parts leave it.
Result<RomImage> parse_rom_image(std::span<const u8> rom, u32 offset);

// How much of the ROM its images fill. Bounded, whatever they say.
u64 used_rom_bytes(std::span<const u8> rom);

// The first EFI image for `machine`. not_found: none.
Result<RomImage> find_efi_image(std::span<const u8> rom, u16 machine);

}  // namespace pci

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"
#include "lib/efi/pe.hpp"

// PE32+ images for x86-64 [pecoff]. The file is hostile input: parse() checks every offset and size that load()
// and for_each_section() use later.
namespace pe {

using namespace base;

struct Image {
  std::span<const u8> file;
  efi::pe::CoffHeader coff;
  efi::pe::OptionalHeader64 optional;
  u64 section_table;  // file offset
  efi::pe::DataDirectory relocations;

  bool nx_compatible() const;  // promises it, and has sections that pages can protect (Xen promises it alone)
  u32 memory_bytes() const { return optional.size_of_image; }
};

// load_error: damaged. unsupported: no PE32+ file, other machine, or no EFI subsystem.
Result<Image> parse(std::span<const u8> file);

efi::pe::SectionHeader section(const Image& image, unsigned index);

// Builds the image in `memory` (memory_bytes() long) and relocates it to run at `address`.
// load_error: relocations point outside, or are missing and the address is not the linked one.
Result<> load(const Image& image, std::span<u8> memory, u64 address);

}  // namespace pe

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"

// The machine's description for the OS: QEMU's structures behind an SMBIOS 3 entry point of our own.
namespace smbios {

using namespace base;

// What the host offers and how much memory the result takes. Never fails: without the host's structures, or with
// damaged ones, there is a table with our own structure only.
struct Source {
  u8 major = 3;
  u8 minor = 0;
  fw_cfg::Key tables{};
  u32 table_bytes = 0;
  u64 output_bytes = 0;
};
Source find_source();

// Texts of the type 0 structure, at most 64 characters each. Release date: mm/dd/yyyy [smbios §7.1].
struct Bios {
  std::string_view vendor, version, release_date;
  u8 major = 0, minor = 0;
};
// Writes the entry point and the structures to memory at its final, 16-byte aligned address, of a type that the OS
// keeps. Adds a type 0 structure when the host sent none. Gives the address of the entry point.
Result<Gpa> build(const Source& source, std::span<u8> memory, const Bios& bios);

// What bounded walking finds in a table.
struct Walk {
  u32 bytes = 0;  // of whole structures, without the end marker
  u32 structures = 0;
  u16 highest_handle = 0;
  bool has_bios_information = false;
  bool intact = true;  // false: ended by a structure that does not fit
};
Walk walk(std::span<const u8> table);

}  // namespace smbios

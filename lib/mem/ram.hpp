// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/mem/region_map.hpp"

// Where RAM is, as the host tells it.
namespace mem {

// An entry of QEMU's etc/e820 file: the wire format of INT 15h AX=E820h [acpi §15.1].
struct [[gnu::packed]] E820Entry {
  u64 address;
  u64 bytes;
  u32 type;
};
static_assert(sizeof(E820Entry) == 20);
inline constexpr u32 e820_ram = 1, e820_reserved = 2;

// Adds the RAM of an e820 list to the map. A list that overlaps itself or runs past the address space is the
// host's mistake or malice: each such entry costs one line and is left out, and what is reserved is never RAM.
// not_found: the list held no usable RAM. A function of its own in the image, too: tests hand it other lists by a debugger.
[[gnu::noinline, gnu::used]] Result<> add_e820_ram(RegionMap& map, std::span<const E820Entry> entries, Tag ram);

// The lowest gap above 4 GiB, behind all RAM of the list, that is large enough for devices: what the list reserves may be
// another's, such as the HyperTransport hole below 1 TiB [qemu hw/i386/pc.c].
PageRange device_space(std::span<const E820Entry> entries);

// What QEMU's CMOS says when etc/e820 is missing [qemu hw/i386/pc.c, pc_cmos_init]. Units as stored.
struct CmosMemory {
  u16 extended_kib;       // 0x30/0x31: KiB above 1 MiB, at most 63 MiB
  u16 above_16m_64kib;    // 0x34/0x35
  u32 above_4g_64kib;     // 0x5b..0x5d
};
Result<> add_cmos_ram(RegionMap& map, const CmosMemory& cmos, Tag ram);

// The 0xA0000..0xFFFFF hole belongs to VGA and ROMs whatever the host's list says.
inline constexpr PageRange legacy_hole{Gpa(0xa'0000), 0x60};

}  // namespace mem

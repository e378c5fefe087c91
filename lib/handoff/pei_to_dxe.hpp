// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/cc/platform.hpp"
#include "lib/efi/memory.hpp"

// The contract between PEI and DXE: one struct, checked by its magic, in memory of type boot_services_data.
namespace handoff {

using namespace base;

struct MemoryRegion {
  PageRange range;
  efi::MemoryType type;
};

// Time stamp counter at the start of each phase.
struct TimeStamps {
  u64 reset, pei, dxe;
};

struct PeiToDxe {
  static constexpr u64 magic_value = 0x3158'4452'4c53'41ull;  // "ASLRDX1"
  static constexpr unsigned max_regions = 160;
  u64 magic;
  cc::Guest guest;
  bool giant_pages, no_execute;
  u8 physical_address_bits;
  TimeStamps stamps;
  PageRange image;        // the flash image, below 4 GiB
  PageRange dxe_image;    // where DXE was loaded
  PageRange stack;        // without its guard page, which lies right below
  Gpa page_table_root;
  PageRange page_table_pool;  // what PEI left of it
  Gpa low_ram_end;        // end of RAM below 4 GiB: the 32-bit MMIO window starts here
  PageRange device_space; // above 4 GiB, by the host's list: the 64-bit MMIO window lies in it, and above RAM
  u32 region_count;
  MemoryRegion regions[max_regions];  // ascending, all RAM of the guest
};
static_assert(sizeof(PeiToDxe) <= 2 * page_bytes);

}  // namespace handoff

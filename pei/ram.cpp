// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "pei/ram.hpp"

#include "lib/cc/platform.hpp"
#include "lib/efi/memory.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/log/log.hpp"
#include "lib/mem/ram.hpp"

namespace pei {
namespace {

using namespace base;

constexpr mem::Tag unaccepted{static_cast<u32>(efi::MemoryType::unaccepted_memory), 0};
constexpr unsigned max_entries = 128;

u8 cmos(u8 index) {
  cc::out8(0x70, index);
  return cc::in8(0x71);
}

Result<> from_cmos(mem::RegionMap& map) {
  const mem::CmosMemory memory{static_cast<u16>(cmos(0x30) | cmos(0x31) << 8), static_cast<u16>(cmos(0x34) | cmos(0x35) << 8),
                               static_cast<u32>(cmos(0x5b) | cmos(0x5c) << 8 | cmos(0x5d) << 16)};
  return mem::add_cmos_ram(map, memory, unaccepted);
}

Result<> from_e820(mem::RegionMap& map, PageRange& device_space) {
  const fw_cfg::File file = TRY(fw_cfg::find("etc/e820"));
  static constinit mem::E820Entry entries[max_entries] = {};
  u64 count = file.size / sizeof(mem::E820Entry);
  if (count > max_entries) {
    log::warning("e820: ", count, " entries, using ", max_entries);
    count = max_entries;
  }
  fw_cfg::read(file.key, {reinterpret_cast<u8*>(entries), count * sizeof(mem::E820Entry)});
  device_space = mem::device_space({entries, count});
  return mem::add_e820_ram(map, {entries, count}, unaccepted);
}

}  // namespace

PageRange find_ram(mem::RegionMap& map) {
  PageRange device_space = mem::device_space({});
  const auto found = from_e820(map, device_space);
  if (found) return device_space;
  // Half a list is no list: what it would have reserved is not known.
  if (found.error() != Error::not_found) cc::terminate(cc::Reason::no_memory);
  log::warning("etc/e820 is missing or names no RAM; memory size from CMOS");
  if (!from_cmos(map)) cc::terminate(cc::Reason::no_memory);
  return device_space;
}

}  // namespace pei

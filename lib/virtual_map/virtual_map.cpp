// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtual_map/virtual_map.hpp"

namespace virtual_map {
namespace {

bool holds(const efi::MemoryDescriptor& d, u64 address) {
  return (d.attribute & efi::memory_attribute::runtime) && address >= d.physical_start &&
         (address - d.physical_start) / page_bytes < d.number_of_pages;
}

bool known(std::span<const Region> memory_map, u64 address) {
  for (const Region& region : memory_map)
    if (region.range.contains(Gpa(address))) return true;
  return false;
}

}  // namespace

Result<VirtualMap> VirtualMap::make(u64 map_size, u64 descriptor_size, u32 descriptor_version,
                                    const efi::MemoryDescriptor* map) {
  if (descriptor_version != efi::MemoryDescriptor::version || descriptor_size < sizeof(efi::MemoryDescriptor) || !map)
    return Error::invalid_parameter;
  VirtualMap made;
  made.first_ = reinterpret_cast<const u8*>(map);
  made.stride_ = descriptor_size;
  made.count_ = map_size / descriptor_size;
  return made;
}

efi::MemoryDescriptor VirtualMap::entry(u64 index) const {
  efi::MemoryDescriptor d;
  __builtin_memcpy(&d, first_ + index * stride_, sizeof d);
  return d;
}

efi::MemoryDescriptor VirtualMap::holding(u64 address) const {
  for (u64 i = 0; i < count_; ++i) {
    const efi::MemoryDescriptor d = entry(i);
    if (holds(d, address)) return d;
  }
  return {};
}

Result<> VirtualMap::check(std::span<const Region> memory_map) const {
  if (memory_map.empty()) return {};
  for (const Region& region : memory_map) {
    if (!region.runtime) continue;
    for (u64 at = region.range.start().raw(); at < region.range.end().raw();) {
      const efi::MemoryDescriptor d = holding(at);
      if (d.number_of_pages == 0) return Error::no_mapping;
      at = d.physical_start + d.number_of_pages * page_bytes;
    }
  }
  for (u64 i = 0; i < count_; ++i) {
    const efi::MemoryDescriptor d = entry(i);
    if (!(d.attribute & efi::memory_attribute::runtime) || d.number_of_pages == 0) continue;
    const u64 last_page = d.physical_start + (d.number_of_pages - 1) * page_bytes;
    if (!known(memory_map, d.physical_start) || !known(memory_map, last_page))
      return Error::not_found;
  }
  return {};
}

Result<u64> VirtualMap::convert(u64 address) const {
  const efi::MemoryDescriptor d = holding(address);
  if (d.number_of_pages == 0) return Error::not_found;
  return address - d.physical_start + d.virtual_start;
}

}  // namespace virtual_map

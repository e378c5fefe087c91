// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/core/tpl.hpp"
#include "lib/efi/memory.hpp"
#include "lib/mem/region_map.hpp"

// The memory map itself, for the parts of the core that keep it: page services, mapping, sharing, acceptance.
namespace core {

using namespace base;

mem::RegionMap& memory_map();
// After each change that a caller of GetMemoryMap could see.
void memory_map_changed();

constexpr mem::Tag tag(efi::MemoryType type, u64 attributes = 0) { return {static_cast<u32>(type), attributes}; }
inline constexpr mem::Tag free_ram = tag(efi::MemoryType::conventional);
inline constexpr mem::Tag unaccepted_ram = tag(efi::MemoryType::unaccepted_memory);
// Is this in use by the runtime services, and mapped by the operating system?
constexpr bool lives_on(const mem::Tag& t) {
  return t.type == static_cast<u32>(efi::MemoryType::runtime_services_code) ||
         t.type == static_cast<u32>(efi::MemoryType::runtime_services_data) || (t.attributes & efi::memory_attribute::runtime);
}
// A bit of a tag's attributes that GetMemoryMap does not show: the host may read and write these pages.
inline constexpr u64 shared_with_host = 1ull << 61;

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/memory.hpp"
#include "lib/efi/status.hpp"

namespace efi {

// EFI_MEMORY_ATTRIBUTE_PROTOCOL [uefi §37.7]: only RP, XP and RO of memory_attribute may be named.
struct MemoryAttribute {
  static constexpr Guid guid = "f4560cf6-40ec-4b4a-a192-bf1d57d0b189"_guid;

  Status(EFIAPI* get_memory_attributes)(MemoryAttribute* self, PhysicalAddress base, u64 length, u64* attributes);
  Status(EFIAPI* set_memory_attributes)(MemoryAttribute* self, PhysicalAddress base, u64 length, u64 attributes);
  Status(EFIAPI* clear_memory_attributes)(MemoryAttribute* self, PhysicalAddress base, u64 length, u64 attributes);
};
static_assert(sizeof(MemoryAttribute) == 24);

// EFI_MEMORY_ATTRIBUTES_TABLE [uefi §4.6.4], then its descriptors, descriptor_size apart.
struct MemoryAttributesTable {
  static constexpr u32 current_version = 2;
  static constexpr u32 forward_control_flow_guard = 1;  // flags

  u32 version;
  u32 number_of_entries;
  u32 descriptor_size;
  u32 flags;
};
static_assert(sizeof(MemoryAttributesTable) == 16);

}  // namespace efi

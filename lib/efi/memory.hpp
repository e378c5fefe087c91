// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

namespace efi {

// EFI_MEMORY_TYPE [uefi §7.2.1].
enum class MemoryType : u32 {
  reserved = 0,
  loader_code = 1,
  loader_data = 2,
  boot_services_code = 3,
  boot_services_data = 4,
  runtime_services_code = 5,
  runtime_services_data = 6,
  conventional = 7,
  unusable = 8,
  acpi_reclaim = 9,
  acpi_nvs = 10,
  mmio = 11,
  mmio_port_space = 12,
  pal_code = 13,
  persistent = 14,
  unaccepted_memory = 15,
};
inline constexpr u32 memory_type_count = 16;                // EfiMaxMemoryType
inline constexpr u32 oem_memory_type_first = 0x7000'0000;   // up to 0x7fff'ffff
inline constexpr u32 os_memory_type_first = 0x8000'0000;    // up to 0xffff'ffff

enum class AllocateType : u32 { any_pages = 0, max_address = 1, address = 2 };

namespace memory_attribute {
inline constexpr u64 uc = 0x1;
inline constexpr u64 wc = 0x2;
inline constexpr u64 wt = 0x4;
inline constexpr u64 wb = 0x8;
inline constexpr u64 uce = 0x10;
inline constexpr u64 wp = 0x1000;
inline constexpr u64 rp = 0x2000;
inline constexpr u64 xp = 0x4000;
inline constexpr u64 nv = 0x8000;
inline constexpr u64 more_reliable = 0x1'0000;
inline constexpr u64 ro = 0x2'0000;
inline constexpr u64 sp = 0x4'0000;
inline constexpr u64 cpu_crypto = 0x8'0000;
inline constexpr u64 hot_pluggable = 0x10'0000;
inline constexpr u64 isa_mask = 0x0fff'f000'0000'0000;
inline constexpr u64 isa_valid = 1ull << 62;
inline constexpr u64 runtime = 1ull << 63;
inline constexpr u64 cacheability = uc | wc | wt | wb | uce | wp;
inline constexpr u64 access = rp | xp | ro;
}  // namespace memory_attribute

// EFI_MEMORY_DESCRIPTOR. Callers must step by the DescriptorSize they were given, never by sizeof.
struct MemoryDescriptor {
  static constexpr u32 version = 1;

  MemoryType type;
  u32 pad;
  PhysicalAddress physical_start;
  VirtualAddress virtual_start;
  u64 number_of_pages;
  u64 attribute;
};
static_assert(sizeof(MemoryDescriptor) == 40 && offsetof(MemoryDescriptor, physical_start) == 8 &&
              offsetof(MemoryDescriptor, attribute) == 32);

}  // namespace efi

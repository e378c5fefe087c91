// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/capsule.hpp"
#include "lib/efi/memory.hpp"
#include "lib/efi/status.hpp"
#include "lib/efi/table_header.hpp"
#include "lib/efi/time.hpp"

namespace efi {

enum class ResetType : u32 { cold = 0, warm = 1, shutdown = 2, platform_specific = 3 };

// DebugDisposition of ConvertPointer: a null pointer is left alone.
inline constexpr u64 optional_pointer = 1;

// EFI_RUNTIME_SERVICES [uefi §4.5], in the order of the specification.
struct RuntimeServices {
  static constexpr u64 signature = 0x5652'4553'544e'5552;  // "RUNTSERV"

  TableHeader header;

  Status(EFIAPI* get_time)(Time* time, TimeCapabilities* capabilities);
  Status(EFIAPI* set_time)(Time* time);
  Status(EFIAPI* get_wakeup_time)(Boolean* enabled, Boolean* pending, Time* time);
  Status(EFIAPI* set_wakeup_time)(Boolean enable, Time* time);

  Status(EFIAPI* set_virtual_address_map)(u64 map_size, u64 descriptor_size, u32 descriptor_version,
                                          MemoryDescriptor* map);
  Status(EFIAPI* convert_pointer)(u64 disposition, void** address);

  Status(EFIAPI* get_variable)(const char16_t* name, const Guid* vendor, u32* attributes, u64* data_size, void* data);
  Status(EFIAPI* get_next_variable_name)(u64* name_size, char16_t* name, Guid* vendor);
  Status(EFIAPI* set_variable)(const char16_t* name, const Guid* vendor, u32 attributes, u64 data_size,
                               const void* data);

  Status(EFIAPI* get_next_high_monotonic_count)(u32* high_count);
  void(EFIAPI* reset_system)(ResetType type, Status status, u64 data_size, const void* data);

  Status(EFIAPI* update_capsule)(CapsuleHeader** capsules, u64 count, PhysicalAddress scatter_gather_list);
  Status(EFIAPI* query_capsule_capabilities)(CapsuleHeader** capsules, u64 count, u64* maximum_size, ResetType* reset);

  Status(EFIAPI* query_variable_info)(u32 attributes, u64* maximum_storage, u64* remaining_storage,
                                      u64* maximum_variable);
};
static_assert(sizeof(RuntimeServices) == 136);
static_assert(offsetof(RuntimeServices, get_variable) == 72 && offsetof(RuntimeServices, reset_system) == 104 &&
              offsetof(RuntimeServices, query_variable_info) == 128);

}  // namespace efi

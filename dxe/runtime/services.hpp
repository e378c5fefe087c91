// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/runtime/state.hpp"

// The runtime services [uefi §8] as functions that return Result; entry.cpp makes EFI functions of them.
namespace runtime {

Result<> get_time(efi::Time* time, efi::TimeCapabilities* capabilities);
Result<> set_time(efi::Time* time);
Result<> get_wakeup_time(efi::Boolean* enabled, efi::Boolean* pending, efi::Time* time);
Result<> set_wakeup_time(efi::Boolean enable, efi::Time* time);

Result<> set_virtual_address_map(u64 map_size, u64 descriptor_size, u32 descriptor_version,
                                 efi::MemoryDescriptor* map);
Result<> convert_pointer(u64 disposition, void** address);

Result<> get_variable(const char16_t* name, const Guid* vendor, u32* attributes, u64* data_size, void* data);
Result<> get_next_variable_name(u64* name_size, char16_t* name, Guid* vendor);
Result<> set_variable(const char16_t* name, const Guid* vendor, u32 attributes, u64 data_size, const void* data);
Result<> query_variable_info(u32 attributes, u64* maximum_storage, u64* remaining_storage, u64* maximum_variable);

Result<> get_next_high_monotonic_count(u32* high_count);
Result<> update_capsule(efi::CapsuleHeader** capsules, u64 count, u64 scatter_gather_list);
Result<> query_capsule_capabilities(efi::CapsuleHeader** capsules, u64 count, u64* maximum_size, efi::ResetType* reset);

void EFIAPI reset_system(efi::ResetType type, efi::Status status, u64 data_size, const void* data);

// SetVariable's work for the services themselves.
Result<> store_variable(const char16_t* name, const Guid& vendor, u32 attributes, std::span<const u8> data);

// Called by DXE.
Result<> set_firmware_variable(const char16_t* name, const Guid& vendor, u32 attributes, std::span<const u8> data);
Result<u64> next_monotonic_count();
void exit_boot_services(const handoff::RuntimeExit& exit);

// Takes the counter's high half from its variable and stores the one of this boot.
Result<> start_monotonic_count();

}  // namespace runtime

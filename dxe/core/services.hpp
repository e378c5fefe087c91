// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/efi/system_table.hpp"

namespace core {

using namespace base;

// Fills the boot-services table [uefi §4.4].
void fill_boot_services(efi::BootServices& table);

// The system table and its configuration tables. The tables live in runtime-services memory.
efi::SystemTable& init_system_table();
efi::SystemTable& system_table();
void seal_system_table();
Result<> install_configuration_table(const Guid* guid, void* table);

void install_runtime_properties();

Result<> set_watchdog(u64 seconds, u64 code, u64 data_size, char16_t* data);

// Ends boot services [uefi §7.4.6].
Result<> exit_boot_services(efi::Handle image, u64 map_key);
// Steps of the platform that ExitBootServices must take last (console off, devices quiet), newest first.
void at_exit_boot_services(void (*step)());

}  // namespace core

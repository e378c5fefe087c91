// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/boot_services.hpp"
#include "lib/efi/configuration_table.hpp"
#include "lib/efi/runtime_services.hpp"
#include "lib/efi/text_input.hpp"
#include "lib/efi/text_output.hpp"

namespace efi {

// EFI_SYSTEM_TABLE [uefi §4.3].
struct SystemTable {
  static constexpr u64 signature = 0x5453'5953'2049'4249;  // "IBI SYST"

  TableHeader header;
  const char16_t* firmware_vendor;
  u32 firmware_revision;
  Handle console_in_handle;
  SimpleTextInput* con_in;
  Handle console_out_handle;
  SimpleTextOutput* con_out;
  Handle standard_error_handle;
  SimpleTextOutput* std_err;
  RuntimeServices* runtime_services;
  BootServices* boot_services;
  u64 number_of_table_entries;
  ConfigurationTable* configuration_table;
};
static_assert(sizeof(SystemTable) == 120 && offsetof(SystemTable, con_in) == 48 &&
              offsetof(SystemTable, boot_services) == 96 && offsetof(SystemTable, configuration_table) == 112);

}  // namespace efi

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/event.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/efi/seal.hpp"

namespace core {
namespace {

constexpr u64 max_tables = 64;
constexpr u32 firmware_revision = 0x0001'0000;

constinit efi::SystemTable* table = nullptr;

template <class T>
T& runtime_object(u64 extra_bytes = 0) {
  auto block = allocate_pool(efi::MemoryType::runtime_services_data, sizeof(T) + extra_bytes);
  if (!block) panic("no memory for the system table");
  __builtin_memset(*block, 0, sizeof(T) + extra_bytes);
  return *static_cast<T*>(*block);
}

}  // namespace

efi::SystemTable& init_system_table() {
  static constexpr char16_t vendor[] = u"Ashlar";
  table = &runtime_object<efi::SystemTable>();
  auto* name = &runtime_object<char16_t>(sizeof vendor);
  __builtin_memcpy(name, vendor, sizeof vendor);
  table->header = {efi::SystemTable::signature, efi::uefi_2_10_revision, sizeof *table, 0, 0};
  table->firmware_vendor = name;
  table->firmware_revision = firmware_revision;
  table->boot_services = &runtime_object<efi::BootServices>();
  table->runtime_services = &runtime_object<efi::RuntimeServices>();
  table->configuration_table = &runtime_object<efi::ConfigurationTable>((max_tables - 1) * sizeof(efi::ConfigurationTable));
  return *table;
}

efi::SystemTable& system_table() { return *table; }
void seal_system_table() { efi::seal(table->header); }

Result<> install_configuration_table(const Guid* guid, void* pointer) {
  if (!guid) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  u64& count = table->number_of_table_entries;
  efi::ConfigurationTable* entries = table->configuration_table;
  u64 at = 0;
  while (at < count && !(entries[at].vendor_guid == *guid)) ++at;
  if (at == count && !pointer) return Error::not_found;
  if (at == count && count == max_tables) return Error::out_of_resources;
  if (pointer) {
    entries[at] = {*guid, pointer};
    if (at == count) ++count;
  } else {
    entries[at] = entries[--count];
  }
  seal_system_table();
  signal_group(*guid);
  return {};
}

}  // namespace core

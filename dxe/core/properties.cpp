// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/pool.hpp"
#include "dxe/core/services.hpp"

namespace core {

// EFI_RT_PROPERTIES_TABLE [uefi §4.6.2]: every runtime service works after ExitBootServices, but capsules.
void install_runtime_properties() {
  auto table = make<efi::RtPropertiesTable>();
  if (!table) panic("no memory for a configuration table");
  using namespace efi::rt_supported;
  **table = {efi::RtPropertiesTable::current_version, sizeof(efi::RtPropertiesTable), all & ~(update_capsule | query_capsule_capabilities)};
  (void)!install_configuration_table(&efi::table_guid::rt_properties, *table);
}

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/pool.hpp"
#include "dxe/core/runtime_loader.hpp"
#include "dxe/core/services.hpp"

namespace core {

// EFI_RT_PROPERTIES_TABLE [uefi §4.6.2]: every runtime service works after ExitBootServices, but capsules, and
// SetVariable where nothing could keep a variable.
void install_runtime_properties() {
  auto table = make<efi::RtPropertiesTable>();
  if (!table) panic("no memory for a configuration table");
  using namespace efi::rt_supported;
  const u32 forgetful = runtime_hooks().variables.lasting == variable::Lasting::yes ? 0 : set_variable;
  **table = {efi::RtPropertiesTable::current_version, sizeof(efi::RtPropertiesTable),
             all & ~(update_capsule | query_capsule_capabilities | forgetful)};
  (void)!install_configuration_table(&efi::table_guid::rt_properties, *table);
}

}  // namespace core

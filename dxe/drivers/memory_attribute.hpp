// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace drivers {

// EFI_MEMORY_ATTRIBUTE_PROTOCOL [uefi §37.7] over the page tables.
void install_memory_attribute();

}  // namespace drivers

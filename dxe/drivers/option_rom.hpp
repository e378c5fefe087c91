// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/boot_services.hpp"

namespace drivers {

// Loads and starts the EFI driver in a PCI function's expansion ROM [uefi §14.4.2]; once for each function. False: there is
// none, or it was started before, or it may not or would not start.
bool start_option_rom(efi::Handle pci_function);

}  // namespace drivers

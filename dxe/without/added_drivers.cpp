// SPDX-License-Identifier: BSD-2-Clause-Patent
// Drivers from option ROMs, and Driver#### and SysPrep#### entries.
#include "dxe/boot/loaded_drivers.hpp"
#include "dxe/drivers/decompress.hpp"
#include "dxe/drivers/option_rom.hpp"

namespace drivers {

void install_decompress() {}
bool start_option_rom(efi::Handle) { return false; }

}  // namespace drivers

namespace boot {

void load_drivers() {}
void run_system_preparation() {}

}  // namespace boot

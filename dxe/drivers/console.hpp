// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/system_table.hpp"

namespace drivers {

// The serial terminal as ConIn, ConOut and StdErr. The path says where the port is.
void init_console(efi::SystemTable& table);

// The console's device path, for the ConOut and DebugPort variables. Valid after init_console().
const efi::DevicePath* console_path();

}  // namespace drivers

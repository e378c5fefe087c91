// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/console/split_input.hpp"
#include "dxe/drivers/console/split_output.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/system_table.hpp"

namespace drivers {

// ConIn, ConOut and StdErr: the serial terminal from the start; displays when somebody writes something or looks for
// GraphicsOutput; the PS/2 keyboard and those behind USB controllers when somebody looks for keys. What nobody uses costs nothing.
void init_console(efi::SystemTable& table);

// Where outputs and keyboards come and go.
SplitOutput& console_output();
SplitInput& console_input();
// The handle of the console itself. GraphicsOutput is on it, too, while a display shows the console.
efi::Handle console_handle();

// Starts every display and every keyboard that the firmware knows; what is started already stays. Before a menu.
void start_displays();
void start_keyboards();

// The serial terminal's.
const efi::DevicePath* console_path();

// Has anybody but the console looked for GraphicsOutput, and may draw?
bool displays_are_shared();

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/boot/option.hpp"

namespace boot {

// Waits for Esc, F2 or F12 as long as the Timeout variable or `-boot menu=on,splash-time=` say; by default not at all.
bool key_asks_for_menu();

// Lets the user choose an entry, a file, a reset or power off. Comes back when he wants the boot to go on, or when what he
// started is over.
void run_menu(Options& options);

}  // namespace boot

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

// Where characters go. Firmware links sinks.cpp, host tests print to stderr.
namespace log {

bool debug_console_present();
void debug_console_put(char c);
void serial_put(char c);

}  // namespace log

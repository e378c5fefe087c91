// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace drivers {

// Looks for a keyboard at the i8042 controller; when there is one, gives it its handle and adds it to the console.
void start_ps2_keyboard();

}  // namespace drivers

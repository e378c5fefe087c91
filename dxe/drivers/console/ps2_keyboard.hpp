// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path.hpp"

namespace drivers {

// Looks for a keyboard at the i8042 controller; when there is one, gives it its handle and adds it to the console.
void start_ps2_keyboard();
// Where it is, or would be.
const efi::DevicePath* ps2_keyboard_path();

}  // namespace drivers

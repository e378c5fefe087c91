// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/ps2_keyboard.hpp"

namespace drivers {

void start_ps2_keyboard() {}
const efi::DevicePath* ps2_keyboard_path() { return nullptr; }

}  // namespace drivers

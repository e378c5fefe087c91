// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path.hpp"

namespace drivers {

// QEMU's display in the guest's own memory, if there is one [qemu hw/display/ramfb.c].
void start_ramfb();
// Null: there is none.
const efi::DevicePath* ramfb_path();

}  // namespace drivers

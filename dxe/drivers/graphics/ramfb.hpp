// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace drivers {

// QEMU's display in the guest's own memory, if there is one [qemu hw/display/ramfb.c].
void start_ramfb();

}  // namespace drivers

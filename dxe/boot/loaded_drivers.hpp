// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace boot {

// Driver#### in the order of DriverOrder, then SysPrep#### before anything boots [uefi §3.1.3]. Whoever writes variables can
// name them, the host included: a confidential guest starts neither, and says so in one line.
void load_drivers();
void run_system_preparation();

}  // namespace boot

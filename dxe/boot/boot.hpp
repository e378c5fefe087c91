// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace boot {

// Boots what QEMU was told to boot. Comes back to nobody: when nothing boots, it says what was tried and waits
// for a key to reset, or as long as `-boot reboot-timeout` says.
[[noreturn]] void run();

}  // namespace boot

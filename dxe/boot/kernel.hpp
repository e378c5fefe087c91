// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace boot {

// Runs the kernel, or any EFI application, that `-kernel` named. not_found: there is none; otherwise why it did not
// start, or what it returned.
efi::Status boot_kernel();

}  // namespace boot

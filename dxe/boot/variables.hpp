// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace boot {

// The global variables that a firmware owes its loaders [uefi §3.3].
void set_global_variables();

}  // namespace boot

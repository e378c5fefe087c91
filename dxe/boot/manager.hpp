// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/boot/option.hpp"

namespace boot {

// The boot manager [uefi §3]: comes back when everything was tried.
void run_manager();

// The entries as they are now, for the menu.
Options& boot_options();

}  // namespace boot

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/core/services.hpp"

namespace boot {

[[noreturn]] inline void leave(efi::ResetType how) {
  core::system_table().runtime_services->reset_system(how, efi::Status::success, 0, nullptr);
  base::panic("ResetSystem returned");
}

}  // namespace boot

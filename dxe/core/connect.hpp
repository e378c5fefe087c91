// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/core/handle.hpp"

namespace core {

// Drivers and controllers [uefi §7.3.12, §7.3.13].
Result<> connect_controller(efi::Handle controller, efi::Handle* driver_images, efi::DevicePath* remaining, efi::Boolean recursive);
Result<> disconnect_controller(efi::Handle controller, efi::Handle driver_image, efi::Handle child);

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/core/handle.hpp"

namespace core {

// Drivers and controllers [uefi §7.3.12, §7.3.13].
Result<> connect_controller(efi::Handle controller, efi::Handle* driver_images, efi::DevicePath* remaining, efi::Boolean recursive);
Result<> disconnect_controller(efi::Handle controller, efi::Handle driver_image, efi::Handle child);

// The firmware's own drivers cost nothing until somebody connects a controller or looks for drivers; `install` then runs.
void before_drivers_are_sought(void (*install)());
void seek_drivers();

}  // namespace core

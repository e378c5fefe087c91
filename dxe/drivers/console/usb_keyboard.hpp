// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/driver.hpp"
#include "lib/usb/boot_keyboard.hpp"

namespace drivers {

// Publishes a keyboard on a handle of its own and adds it to the console. Its endpoint is open; the device must live as
// long as the handle.
Result<> publish_usb_keyboard(Managed& managed, std::span<const u8> node, usb::Device& device, const usb::Interface& interface);

}  // namespace drivers

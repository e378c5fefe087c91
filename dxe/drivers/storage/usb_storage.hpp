// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/driver.hpp"
#include "lib/usb/mass_storage.hpp"

namespace drivers {

// Publishes the disks behind a mass storage interface, one of them on the path of the interface itself, several on paths of
// their own below it. The transport must live as long as they do.
Result<> publish_usb_storage(Managed& managed, std::span<const u8> node, usb::BulkOnly& transport);

}  // namespace drivers

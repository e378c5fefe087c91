// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "dxe/drivers/driver.hpp"

namespace drivers {

extern const Driver disk_io_driver, partition_driver;
extern const Driver virtio_block_driver, virtio_scsi_driver, nvme_driver, ahci_driver, ide_driver, xhci_driver, ehci_driver;
extern const Driver bochs_display_driver, virtio_gpu_driver, graphics_console_driver;
extern const Driver file_system_driver;
extern const Driver virtio_network_driver, e1000_driver;

// Every driver that is linked in. Of two that support the same controller the first gets it.
std::span<const Driver* const> driver_table();

}  // namespace drivers

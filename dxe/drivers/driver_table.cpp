// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/driver_table.hpp"

namespace drivers {
namespace {

constexpr const Driver* const table[] = {
    &virtio_block_driver, &virtio_scsi_driver, &nvme_driver, &ahci_driver, &ide_driver, &xhci_driver, &ehci_driver, &disk_io_driver,
    &partition_driver,
    &bochs_display_driver, &virtio_gpu_driver, &graphics_console_driver,
    &file_system_driver,
    &virtio_network_driver, &e1000_driver,
};

}  // namespace

std::span<const Driver* const> driver_table() { return table; }

}  // namespace drivers

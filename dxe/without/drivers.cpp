// SPDX-License-Identifier: BSD-2-Clause-Patent
// Devices that reach a confidential guest by shared memory alone: no IDE, AHCI, USB, displays.
#include "dxe/drivers/driver_table.hpp"

namespace drivers {
namespace {

constexpr const Driver* const table[] = {
    &virtio_block_driver, &virtio_scsi_driver, &nvme_driver, &disk_io_driver, &partition_driver, &file_system_driver, &virtio_network_driver,
};

}  // namespace

std::span<const Driver* const> driver_table() { return table; }

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/pci/apertures.hpp"
#include "lib/pci/enumerate.hpp"

namespace pci {

// Everything about PCI that must be done before the ACPI tables are read from QEMU, which describe what it finds
// programmed: chipset, bus numbers, addresses, interrupt lines. Host wishes are read from fw_cfg here.
// The ECAM window (host_bridge.hpp) and the low aperture must be reachable as device memory.
void setup(Topology& topology, Machine machine, const DeviceSource& source);

}  // namespace pci

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/handoff/pei_to_dxe.hpp"
#include "lib/pci/topology.hpp"

namespace drivers {

using namespace base;

// I/O ports of ACPI power management, where the chipset was told to put them.
struct PowerPorts {
  u16 pm_timer;
  u16 pm1a_control;
  u8 sleep_type_s5;  // as QEMU's \_S5 has it
};

// The chipset and all of PCI: what must stand before the clock runs and before ACPI tables are read. Terminates
// on a machine that is neither q35 nor pc.
PowerPorts init_chipset(const handoff::PeiToDxe& from_pei);

pci::Topology& pci_topology();

}  // namespace drivers

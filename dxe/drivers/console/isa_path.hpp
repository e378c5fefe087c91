// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/pci_root_bridge.hpp"
#include "dxe/drivers/platform.hpp"

namespace drivers {

// Where the devices of a PC's chipset are, as OVMF's device paths have it: PciRoot(0)/Pci(1f,0) or Pci(1,0).
struct [[gnu::packed]] IsaBridgePath {
  efi::acpi_path::Hid root;
  efi::hardware_path::Pci bridge;
};

inline IsaBridgePath isa_bridge_path() {
  using efi::hardware_path::Pci;
  const u8 device = pci_topology().chipset == pci::Chipset::q35 ? 0x1f : 1;
  return {root_bridge_node(0), {efi::node_header<Pci>(efi::device_path_type::hardware, Pci::subtype), 0, device}};
}

}  // namespace drivers

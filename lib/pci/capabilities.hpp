// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/pci/config.hpp"

namespace pci {

// Offset of the next capability with an id, 0: none. `after`: offset of the one before, 0: from the start. The chain
// is the device's claim: the walk leaves it when it loops or points into the header.
u8 find_capability(Bdf bdf, u8 id, u8 after = 0);
// The same for PCI Express extended capabilities (offset 0x100 and up), which need ECAM.
u16 find_extended_capability(Bdf bdf, u16 id, u16 after = 0);

// What a bridge of QEMU asks for devices that may be plugged in later [qemu docs/pcie_pci_bridge.txt]. All ones: no wish.
struct Reservation {
  u32 buses = ~0u;
  u64 io = ~0ull;
  u32 memory = ~0u;
  u32 prefetch32 = ~0u;
  u64 prefetch64 = ~0ull;
};
Reservation read_reservation(Bdf bridge, u16 vendor);

}  // namespace pci

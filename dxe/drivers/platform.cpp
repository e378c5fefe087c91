// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/platform.hpp"

#include "lib/pci/config.hpp"

namespace drivers {
namespace {
constexpr u16 pm_base = 0x600;
}

PowerPorts init_chipset() {
  constexpr pci::Bdf piix4_pm{0, 1, 3}, ich9_lpc{0, 31, 0};
  if (pci::read32(ich9_lpc, 0) == 0x29188086) {
    pci::write32(ich9_lpc, 0x40, pm_base | 1);
    pci::write8(ich9_lpc, 0x44, 0x80);
  } else {
    pci::write32(piix4_pm, 0x40, pm_base | 1);
    pci::write8(piix4_pm, 0x80, 1);
  }
  return {pm_base + 8, pm_base + 4, 0};
}

void init_platform(const handoff::PeiToDxe&) {}

}  // namespace drivers

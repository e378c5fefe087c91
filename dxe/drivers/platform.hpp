// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/handoff/pei_to_dxe.hpp"

namespace drivers {

using namespace base;

// I/O ports of ACPI power management, where the chipset was told to put them.
struct PowerPorts {
  u16 pm_timer;
  u16 pm1a_control;
  u8 sleep_type_s5;  // as QEMU's \_S5 has it
};

// What must stand before anything else: power management ports, and with them the clock.
PowerPorts init_chipset();

// PCI resources, then the tables that describe them: ACPI, SMBIOS, FPDT.
void init_platform(const handoff::PeiToDxe& from_pei);

}  // namespace drivers

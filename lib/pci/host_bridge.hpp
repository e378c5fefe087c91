// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/pci/topology.hpp"

// The two chipsets of QEMU: i440FX with PIIX3/PIIX4, and Q35 with ICH9.
namespace pci {

// I/O base of the ACPI power management block, the same on both: PM1a events at +0, control at +4, timer at +8.
inline constexpr u16 pm_base = 0x600;
// 256 buses. RAM never reaches it on q35.
inline constexpr Gpa q35_ecam{0xb000'0000};
inline constexpr u64 ecam_bytes = 256_MiB;

Chipset recognise();

// Opens ECAM where the chipset has it (its address; zero otherwise), places the power management block and RCBA, and routes the
// PCI interrupts to IRQs 10 and 11. QEMU builds its ACPI tables from these settings when they are first read.
Gpa configure(Chipset chipset);

// Interrupt line registers for an OS without ACPI, swizzled through bridges [bridge §9.1]. After enumerate().
void route_interrupts(Topology& topology);
// The IRQ that a pin (1..4) of a device ends at.
u8 irq_of(Chipset chipset, const Device& device, u8 pin);

}  // namespace pci

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace drivers {

// What describes this machine to the OS: ACPI (with our FPDT), SMBIOS. After PCI has its addresses: QEMU writes
// its ACPI tables when they are first read, and describes what it then finds.
void install_tables();

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/graphics/head.hpp"
#include "dxe/drivers/graphics/ramfb.hpp"

namespace drivers {

bool is_display(const pci::Device&) { return false; }
efi::acpi_path::Adr head_node() { return {}; }
void start_ramfb() {}
const efi::DevicePath* ramfb_path() { return nullptr; }

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/console/isa_path.hpp"

namespace drivers {

struct [[gnu::packed]] SerialPath {
  IsaBridgePath bridge;
  efi::acpi_path::Hid port;
  efi::messaging_path::Uart uart;
};

inline SerialPath serial_path() {
  using efi::acpi_path::Hid, efi::messaging_path::Uart;
  return {isa_bridge_path(),
          {efi::node_header<Hid>(efi::device_path_type::acpi, Hid::subtype), efi::acpi_path::pnp(0x0501), 0},
          {efi::node_header<Uart>(efi::device_path_type::messaging, Uart::subtype), 0, 115'200, 8, 1, 1}};
}

}  // namespace drivers

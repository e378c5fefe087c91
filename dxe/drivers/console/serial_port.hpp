// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/console/uart.hpp"

namespace drivers {

// EFI_SERIAL_IO_PROTOCOL of the UART [uefi §12.8], on a handle of its own.
void install_serial_port(Uart& uart);

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/device_path/path.hpp"

namespace drivers {

// Device paths for the ConOut, ErrOut and ConIn variables: one instance for each device that the console would use, also of
// those that nobody needed yet. Rooms of their own; the next call of the same overwrites them. After
// install_pci_protocols().
device_path::Bytes console_output_path();
device_path::Bytes console_input_path();

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/pci/topology.hpp"

namespace pci {

// Stops a function from decoding and learns what its base address registers, expansion ROM and, for a bridge,
// windows can hold. Host bridges keep decoding.
void read_bars(Device& device);

// Writes the addresses that were decided. Decoding comes on for a kind of space when all of the function's requests
// for it were met; a bridge's windows that are empty or were not placed are closed.
void program(Device& device);

}  // namespace pci

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/pci/topology.hpp"

namespace pci {

// Gives each request of a list an address inside [aperture.used, aperture.limit), in the list's order, and moves
// `used` to the end of the last one. A request that does not fit is left unplaced and takes no room.
// Returns how many were left. Touches no hardware.
unsigned place(RequestList& list, Aperture& aperture);

// The bytes that a list takes when it starts at a multiple of its alignment; ~0: more than there is.
u64 total_size(const RequestList& list);

}  // namespace pci

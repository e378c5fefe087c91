// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/pci/topology.hpp"

namespace pci {

// Decides an address for every request of an enumerated topology inside its apertures, then programs all functions.
// Windows of hotplug bridges are widened for devices to come, if there is room for that.
void assign(Topology& topology);

}  // namespace pci

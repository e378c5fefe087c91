// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/pci/topology.hpp"

namespace pci {

// Storage for one more device, or null.
struct DeviceSource {
  void* context = nullptr;
  Device* (*next)(void* context) = nullptr;
};

// Finds every function on every bus, gives buses to bridges, leaves I/O and memory decoding off. `extra_roots`: how
// many root buses there are besides bus 0. Bounded in devices, buses and depth, whatever answers.
void enumerate(Topology& topology, u64 extra_roots, const DeviceSource& source);

}  // namespace pci

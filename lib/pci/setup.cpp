// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/setup.hpp"

#include "lib/log/log.hpp"
#include "lib/pci/assign.hpp"
#include "lib/pci/host_bridge.hpp"
#include "lib/pci/registers.hpp"

namespace pci {
namespace {

// Only one display can own the legacy ranges; the bridges above it must pass them on [bridge §3.2.5.18].
void open_vga_path(const Topology& topology) {
  for (const Device* d = topology.first; d; d = d->next) {
    if (d->kind() != reg::class_vga) continue;
    write16(d->bdf, reg::command, read16(d->bdf, reg::command) | reg::command_io);
    for (const Device* b = d->parent; b; b = b->parent)
      write16(b->bdf, reg::bridge_control, read16(b->bdf, reg::bridge_control) | reg::bridge_control_vga | reg::bridge_control_vga_16bit);
    return;
  }
}

}  // namespace

void setup(Topology& topology, Machine machine, const DeviceSource& source) {
  use_ecam(Gpa());
  topology.chipset = recognise();
  if (topology.chipset == Chipset::unknown) log::warning("pci: unknown host bridge, its chipset is left as it is");
  topology.ecam = configure(topology.chipset);
  read_host_wishes(machine);
  topology.io = io_aperture(topology.chipset);
  topology.memory = memory_aperture(topology.chipset, machine);
  topology.memory64 = memory64_aperture(machine);
  enumerate(topology, machine.extra_roots, source);
  assign(topology);
  open_vga_path(topology);
  route_interrupts(topology);
  log::info("pci: ", topology.device_count, " functions on ", topology.root_count, " root buses");
}

}  // namespace pci

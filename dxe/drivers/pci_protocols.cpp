// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/pci_protocols.hpp"

#include "dxe/core/connect.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/pci_function.hpp"
#include "dxe/drivers/pci_root_bridge.hpp"
#include "dxe/drivers/platform.hpp"
#include "lib/log/log.hpp"

namespace drivers {
namespace {

constinit List<PciFunction> functions;

Result<> install_all(const pci::Topology& topology) {
  for (unsigned i = 0; i < topology.root_count; ++i) TRY(core::make<RootBridge>())->init(topology, topology.roots[i]);
  for (const pci::Device* d = topology.first; d; d = d->next) functions.push_back(*TRY(PciFunction::make(*d)));
  return {};
}

}  // namespace

void install_pci_protocols() {
  core::TplGuard guard(efi::tpl_notify);  // one for all that follow
  if (auto done = install_all(pci_topology()); !done) log::error("pci: not every function has its protocol: ", done.error());
}

PciHandle pci_handle(const pci::Device& device) {
  for (PciFunction& f : functions)
    if (&f.device() == &device) return {f.handle(), f.path()};
  return {};
}

void connect_pci(bool (*wanted)(const pci::Device&), bool recursive) {
  for (PciFunction& f : functions)
    if (wanted(f.device())) (void)!core::connect_controller(f.handle(), nullptr, nullptr, recursive);
}

}  // namespace drivers

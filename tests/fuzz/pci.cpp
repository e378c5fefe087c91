// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/pci/setup.hpp"
#include "tests/fakes/choices.hpp"
#include "tests/fakes/fw_cfg_device.hpp"
#include "tests/fakes/pci_bus.hpp"
#include "tests/unit/pci/pci_checker.hpp"

namespace {

using namespace base;

// A tree of functions, many of which lie: odd headers, BARs with holes, capability chains, stuck registers.
void grow(fakes::PciBus& bus, fakes::Choices& c) {
  std::vector<fakes::PciFunction*> bridges{nullptr};
  while (!c.exhausted() && bus.functions().size() < 60) {
    fakes::PciFunction* parent = bridges[c.below(bridges.size())];
    const u8 device = static_cast<u8>(c.below(32)), function = static_cast<u8>(c.one_in(3) ? c.below(8) : 0);
    const u8 root = static_cast<u8>(c.one_in(8) ? c.below(256) : 0);
    fakes::PciFunction* f;
    if (c.one_in(3)) {
      f = &bus.add_bridge(device, function, parent, root);
      bridges.push_back(f);
    } else {
      f = &bus.add(device, function, static_cast<u16>(c.next()), 1, static_cast<u32>(c.of<u32>({0x020000, 0x030000, 0x060000, 0x010802})), parent, root);
    }
    for (unsigned i = 0; i < 6; i += 2)
      if (c.one_in(2)) f->bar(i, 1ull << c.below(48), c.of<u32>({0, 1, 4, 8, 12, 2}));
    if (c.one_in(4)) f->rom(1ull << c.below(32));
    if (c.one_in(4)) f->multi_function();
    if (c.one_in(4)) f->pin(static_cast<u8>(c.below(8)));
    if (c.one_in(3)) f->capability(0x10, {static_cast<u8>(c.next()), static_cast<u8>(c.next())});
    if (c.one_in(4)) {
      std::vector<u8> hint(30);
      for (u8& b : hint) b = static_cast<u8>(c.one_in(2) ? c.next() : 0);
      hint[0] = 32, hint[1] = 1;
      f->capability(9, hint);
    }
    for (u64 i = c.one_in(3) ? c.below(6) : 0; i > 0; --i) f->config[c.below(256)] = static_cast<u8>(c.next());
    for (u64 i = c.one_in(3) ? c.below(6) : 0; i > 0; --i) f->writable[c.below(256)] = static_cast<u8>(c.next());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  fakes::forget_devices();
  fakes::take_log();
  fakes::Choices c(std::span(data, size));
  fakes::PciBus bus;
  fakes::FwCfgDevice fw;
  bus.plug();
  fw.plug();
  if (c.one_in(2)) bus.make_q35();
  else bus.make_i440fx();
  if (c.one_in(2)) fw.add_file("etc/extra-pci-roots", {static_cast<u8>(c.below(6)), 0, 0, 0, 0, 0, 0, 0});
  pci::Machine machine;
  machine.top_of_low_ram = Gpa(c.below(0xe000) << 16);
  machine.top_of_ram = Gpa(c.next() << c.below(40));
  machine.address_bits = static_cast<unsigned>(36 + c.below(11));
  grow(bus, c);
  if (!fw_cfg::init()) return 0;

  pci_test::Pool pool;
  if (c.one_in(8)) pool.limit = c.below(20);
  pci::Topology topology;
  pci::setup(topology, machine, pool.source());
  if (const std::string wrong = pci_test::check(topology); !wrong.empty()) {
    std::fprintf(stderr, "%s\n", wrong.c_str());
    std::abort();
  }
  // Even one that answers everywhere ends: config accesses stay below what a thousand functions need.
  if (fakes::counters.port_reads + fakes::counters.mmio_reads > 2'000'000) std::abort();
  return 0;
}

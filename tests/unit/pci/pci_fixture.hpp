// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>

#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/pci/host_bridge.hpp"
#include "lib/pci/setup.hpp"
#include "tests/fakes/fw_cfg_device.hpp"
#include "tests/fakes/pci_bus.hpp"
#include "tests/unit/pci/pci_checker.hpp"

namespace pci_test {

using fakes::PciFunction;

inline constexpr u32 io_bar = 1, mem32 = 0, mem64 = 4, pref32 = 8, pref64 = 12;
inline const std::vector<u8> root_port_with_slot{0x42, 0x01};  // version 2, root port, slot

class PciSetup : public testing::Test {
 protected:
  PciSetup() {
    fakes::forget_devices();
    bus.plug();
    fw.plug();
    fakes::take_log();
    machine.top_of_low_ram = Gpa(512_MiB);
    machine.top_of_ram = Gpa(512_MiB);
    machine.address_bits = 40;
  }
  ~PciSetup() override {
    fakes::forget_devices();
    pci::use_ecam(Gpa());
  }
  void run() {
    ASSERT_TRUE(fw_cfg::init());
    pci::setup(topology, machine, pool.source());
    EXPECT_EQ(pci_test::check(topology), "");
  }
  pci::Device& at(u8 b, u8 d, u8 f = 0) {
    pci::Device* found = topology.find({b, d, f});
    if (!found) throw std::runtime_error("no such device");
    return *found;
  }

  fakes::PciBus bus;
  fakes::FwCfgDevice fw;
  pci_test::Pool pool;
  pci::Machine machine;
  pci::Topology topology;
};

}  // namespace pci_test

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/unit/pci/pci_fixture.hpp"

namespace {

using namespace pci_test;

class PciHostile : public PciSetup {};

TEST_F(PciHostile, ExhaustedApertureLeavesDevicesOff) {
  bus.make_q35();
  for (u8 i = 2; i < 10; ++i) bus.add(i, 0, 0x1234, i, 0x030000).bar(0, 256_MiB, pref32);
  PciFunction& small = bus.add(10, 0, 0x1234, 10, 0x020000).bar(0, 0x1000, mem32);
  run();
  unsigned on = 0;
  for (auto& f : bus.functions())
    if (f->get<u32>(8) >> 16 == 0x0300) on += f->get<u16>(4) >> 1 & 1;
  EXPECT_EQ(on, 3u);  // 960 MiB
  EXPECT_EQ(small.get<u16>(4) & 2, 2);
}

TEST_F(PciHostile, MultiFunctionIsHonoured) {
  bus.make_q35();
  bus.add(2, 0, 1, 1, 0x020000).multi_function();
  bus.add(2, 5, 1, 2, 0x020000);
  bus.add(3, 0, 1, 3, 0x020000);
  bus.add(3, 5, 1, 4, 0x020000);  // hidden: function 0 does not say so
  run();
  EXPECT_NE(topology.find({0, 2, 5}), nullptr);
  EXPECT_EQ(topology.find({0, 3, 5}), nullptr);
}

TEST_F(PciHostile, StaleBusNumbersDoNotConfuse) {
  bus.make_q35();
  PciFunction& a = bus.add_bridge(3, 0);
  PciFunction& b = bus.add_bridge(4, 0);
  b.put<u32>(0x18, 0x00010100);
  bus.add(0, 0, 1, 1, 0x020000, &a);
  bus.add(0, 0, 1, 2, 0x020000, &b);
  run();
  EXPECT_EQ(at(1, 0).device, 1);
  EXPECT_EQ(at(2, 0).device, 2);
}

TEST_F(PciHostile, BridgeThatKeepsItsNumbers) {
  bus.make_q35();
  PciFunction& b = bus.add_bridge(3, 0);
  b.allow<u32>(0x18, 0);
  b.put<u32>(0x18, 0xff0000);
  bus.add(0, 0, 1, 1, 0x020000, &b);
  run();
  EXPECT_EQ(at(0, 3).behind.number, 0);
  EXPECT_NE(fakes::take_log().find("does not take bus numbers"), std::string::npos);
}

TEST_F(PciHostile, VgaBehindBridges) {
  bus.make_q35();
  PciFunction& b = bus.add_bridge(3, 0);
  PciFunction& vga = bus.add(0, 0, 0x1234, 0x1111, 0x030000, &b).bar(0, 16_MiB, pref32);
  run();
  EXPECT_EQ(b.get<u16>(0x3e) & 0x18, 0x18);
  EXPECT_EQ(vga.get<u16>(4) & 3, 3);
}

TEST_F(PciHostile, NonsenseHeadersAndBars) {
  bus.make_q35();
  bus.add(2, 0, 1, 1, 0x060700).config[0x0e] = 2;
  bus.add(3, 0, 1, 2, 0x020000).config[0x0e] = 0x7f;
  PciFunction& odd = bus.add(4, 0, 1, 3, 0x020000);
  odd.put<u32>(0x10, 0x2);                        // reserved type
  odd.put<u32>(0x24, 0x4), odd.allow<u32>(0x24, 0xfffff000);  // 64 bits in the last register
  PciFunction& stuck = bus.add(5, 0, 1, 4, 0x020000);
  for (unsigned i = 0x10; i < 0x34; ++i) stuck.config[i] = 0xff;
  PciFunction& holes = bus.add(6, 0, 1, 5, 0x020000).bar(0, 0x1000, mem32);
  holes.allow<u32>(0x10, 0xa5a5a000);
  PciFunction& huge = bus.add(7, 0, 1, 6, 0x020000);
  huge.put<u32>(0x10, 0xc), huge.allow<u64>(0x10, 1ull << 63);
  run();
  EXPECT_EQ(at(0, 2).bars[0].kind, pci::Resource::Kind::none);
  EXPECT_EQ(at(0, 4).bars[5].kind, pci::Resource::Kind::none);
  EXPECT_FALSE(at(0, 7).bars[0].placed);
  EXPECT_EQ(huge.get<u16>(4) & 2, 0);
}

TEST_F(PciHostile, DevicePoolMayRunOut) {
  bus.make_q35();
  for (u8 i = 2; i < 20; ++i) bus.add(i, 0, 1, 1, 0x020000);
  pool.limit = 7;
  run();
  EXPECT_EQ(topology.device_count, 7u);
  EXPECT_NE(fakes::take_log().find("no room for more than 7"), std::string::npos);
}

TEST_F(PciHostile, UnknownHostBridge) {
  bus.add(0, 0, 0x1022, 1, 0x060000);
  run();
  EXPECT_EQ(topology.device_count, 1u);
  EXPECT_NE(fakes::take_log().find("unknown host bridge"), std::string::npos);
}

TEST_F(PciHostile, NoPciAtAll) {
  run();
  EXPECT_EQ(topology.device_count, 0u);
}

TEST_F(PciHostile, EveryBusFullOfBridges) {
  bus.make_q35();
  PciFunction* parent = nullptr;
  for (int i = 0; i < 300; ++i) parent = &bus.add_bridge(3, 0, parent);
  run();
  EXPECT_NE(fakes::take_log().find("no bus number"), std::string::npos);
  EXPECT_LT(topology.device_count, 40u);
}

}  // namespace

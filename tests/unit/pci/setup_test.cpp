// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/unit/pci/pci_fixture.hpp"

namespace {

using namespace pci_test;

TEST_F(PciSetup, Q35Chipset) {
  bus.make_q35();
  run();
  EXPECT_EQ(topology.chipset, pci::Chipset::q35);
  EXPECT_EQ(topology.ecam, Gpa(0xb0000000));
  EXPECT_TRUE(pci::has_ecam());
  const PciFunction& lpc = *bus.functions()[1];
  EXPECT_EQ(lpc.get<u32>(0x40), 0x601u);
  EXPECT_EQ(lpc.config[0x44], 0x80);
  EXPECT_EQ(lpc.get<u32>(0xf0), 0xfed1c001u);
  EXPECT_EQ(lpc.get<u32>(0x60), 0x0b0b0a0au);
  EXPECT_EQ(lpc.get<u32>(0x68), 0x0b0b0a0au);
  EXPECT_EQ(topology.memory.base, 0xc0000000u);
  EXPECT_EQ(topology.io.base, 0x6000u);
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(PciSetup, Q35WithoutEcamFallsBackToPorts) {
  bus.make_q35();
  bus.functions()[0]->allow<u64>(0x60, 0);
  run();
  EXPECT_EQ(topology.ecam, Gpa());
  EXPECT_EQ(topology.device_count, 2u);
  EXPECT_NE(fakes::take_log().find("does not answer"), std::string::npos);
}

TEST_F(PciSetup, I440fxChipset) {
  bus.make_i440fx();
  run();
  EXPECT_EQ(topology.chipset, pci::Chipset::i440fx);
  EXPECT_FALSE(pci::has_ecam());
  EXPECT_EQ(bus.functions()[1]->get<u32>(0x60), 0x0b0b0a0au);
  EXPECT_EQ(bus.functions()[2]->get<u32>(0x40), 0x80008000u);
  EXPECT_EQ(bus.functions()[2]->bar_address(4), 0xc000u);
  EXPECT_EQ(bus.functions()[3]->get<u32>(0x40), 0x601u);
  EXPECT_EQ(bus.functions()[3]->config[0x80], 1);
  EXPECT_EQ(bus.functions()[3]->config[0x3c], 9);
  EXPECT_EQ(topology.memory.base, 0x80000000u);
}

TEST_F(PciSetup, BarsOfEveryKind) {
  bus.make_q35();
  PciFunction& f = bus.add(2, 0, 0x1af4, 0x1041, 0x020000).bar(0, 32, io_bar).bar(1, 0x1000, mem32).bar(2, 16_MiB, pref32).bar(4, 0x4000, pref64).rom(256_KiB).pin(1);
  run();
  const pci::Device& d = at(0, 2);
  EXPECT_EQ(d.bars[0].size, 32u);
  EXPECT_EQ(d.bars[1].size, 0x1000u);
  EXPECT_TRUE(d.bars[2].prefetchable);
  EXPECT_EQ(d.bars[4].kind, pci::Resource::Kind::memory64);
  EXPECT_EQ(d.bars[5].kind, pci::Resource::Kind::none);
  EXPECT_EQ(d.rom.size, 256_KiB);
  EXPECT_EQ(f.bar_address(0), 0x6000u);
  EXPECT_EQ(f.bar_address(2), 0xc0000000u);
  EXPECT_EQ(f.bar_address(4), 4_GiB);
  EXPECT_EQ(f.get<u16>(4), 3);
  EXPECT_EQ(f.get<u32>(0x30) & 1, 0u);
  EXPECT_EQ(f.config[0x3c], 11);
}

TEST_F(PciSetup, WideBarOnlyPrefetchableGoesHigh) {
  bus.make_q35();
  PciFunction& f = bus.add(2, 0, 0x1af4, 1, 0x020000).bar(0, 1_MiB, mem64).bar(2, 8_GiB, pref64);
  run();
  EXPECT_EQ(f.bar_address(0), 0xc0000000u);
  EXPECT_EQ(f.bar_address(2), 8_GiB);
}

TEST_F(PciSetup, WithoutHighSpaceAllGoesLow) {
  bus.make_q35();
  machine.top_of_ram = Gpa(1ull << 40);
  PciFunction& f = bus.add(2, 0, 0x1af4, 1, 0x020000).bar(0, 1_MiB, pref64).bar(2, 8_GiB, pref64);
  run();
  EXPECT_EQ(topology.memory64.base, topology.memory64.limit);
  EXPECT_EQ(f.bar_address(0), 0xc0000000u);
  EXPECT_EQ(f.bar_address(2), 0u);
  EXPECT_EQ(f.get<u16>(4) & 3, 0);
  EXPECT_NE(fakes::take_log().find("no address space for 0010 (1af4:0001)"), std::string::npos);
}

TEST_F(PciSetup, NestedBridges) {
  bus.make_q35();
  PciFunction& root = bus.add_bridge(3, 0);
  PciFunction& up = bus.add_bridge(0, 0, &root);
  PciFunction& down = bus.add_bridge(1, 0, &up);
  PciFunction& nic = bus.add(0, 0, 0x1af4, 1, 0x020000, &down).bar(0, 64, io_bar).bar(1, 0x1000, mem32).bar(4, 0x4000, pref64).pin(1);
  PciFunction& beside = bus.add(4, 0, 0x1af4, 1, 0x020000).bar(1, 0x1000, mem32);
  run();
  EXPECT_EQ(root.get<u32>(0x18), 0x00030100u);
  EXPECT_EQ(up.get<u32>(0x18), 0x00030201u);
  EXPECT_EQ(down.get<u32>(0x18), 0x00030302u);
  EXPECT_EQ(root.get<u16>(0x1c) & 0xf0f0, 0x6060);
  EXPECT_EQ(root.get<u32>(0x20), 0xc000c000u);
  EXPECT_EQ(root.get<u32>(0x28), 1u);
  EXPECT_EQ(root.get<u32>(0x24) & 0xfff0fff0u, 0u);
  EXPECT_EQ(root.get<u16>(4) & 7, 7);
  EXPECT_EQ(nic.bar_address(4), 4_GiB);
  EXPECT_EQ(nic.bar_address(1), 0xc0000000u);
  EXPECT_EQ(beside.bar_address(1), 0xc0100000u);
  EXPECT_EQ(nic.config[0x3c], 10);  // pin A, +0 +1 +0, slot 3: 0 + 1 + 3
  EXPECT_EQ(at(3, 0).parent, &at(2, 1));
}

TEST_F(PciSetup, EmptyWindowsAreClosed) {
  bus.make_q35();
  PciFunction& b = bus.add_bridge(3, 0);
  run();
  EXPECT_GT(b.config[0x1c] & 0xf0, b.config[0x1d] & 0xf0);
  EXPECT_GT(b.get<u16>(0x20), b.get<u16>(0x22));
  EXPECT_GT(b.get<u16>(0x24) & 0xfff0, b.get<u16>(0x26) & 0xfff0);
}

TEST_F(PciSetup, NarrowBridgeKeepsItsDevicesLow) {
  bus.make_q35();
  PciFunction& b = bus.add_bridge(3, 0);
  b.put<u32>(0x24, 0);
  b.allow<u64>(0x28, 0);
  PciFunction& f = bus.add(0, 0, 0x1af4, 1, 0x020000, &b).bar(0, 0x4000, pref64);
  run();
  EXPECT_EQ(f.bar_address(0), 0xc0000000u);
}

TEST_F(PciSetup, HotplugPortsGetRoom) {
  bus.make_q35();
  bus.add_bridge(3, 0).capability(0x10, root_port_with_slot);
  PciFunction& wish = bus.add_bridge(4, 0);
  wish.capability(0x10, root_port_with_slot);
  std::vector<u8> hint(30);
  hint[0] = 32, hint[1] = 1;
  const auto put = [&](unsigned offset, u64 value, unsigned bytes) { __builtin_memcpy(&hint[offset - 2], &value, bytes); };
  put(4, 3, 4), put(8, 0x1800, 8), put(16, 5_MiB, 4), put(20, ~0u, 4), put(24, 3_GiB, 8);
  wish.capability(9, hint);
  bus.add_bridge(5, 0).capability(0x10, {0x42, 0x00});  // no slot
  run();
  const pci::Device &plain = at(0, 3), &asked = at(0, 4), &none = at(0, 5);
  EXPECT_EQ(plain.windows[0].size, 0u);
  EXPECT_EQ(plain.windows[1].size, 2_MiB);
  EXPECT_EQ(plain.windows[2].size, 512_MiB);  // 1/256 of 128 GiB
  EXPECT_EQ(asked.windows[0].size, 0x2000u);
  EXPECT_EQ(asked.windows[1].size, 8_MiB);
  EXPECT_EQ(asked.windows[2].size, 4_GiB);
  EXPECT_EQ(asked.behind.last - asked.behind.number, 3);
  EXPECT_EQ(none.windows[1].size, 0u);
  EXPECT_TRUE(asked.windows[2].placed);
}

TEST_F(PciSetup, HotplugRoomIsGivenUpWhenItDoesNotFit) {
  bus.make_q35();
  PciFunction& greedy = bus.add_bridge(3, 0);
  greedy.capability(0x10, root_port_with_slot);
  std::vector<u8> hint(30, 0xff);
  hint[0] = 32, hint[1] = 1;
  const u32 size = 0x40000000;
  __builtin_memcpy(&hint[14], &size, 4);
  greedy.capability(9, hint);
  PciFunction& f = bus.add(0, 0, 0x1af4, 1, 0x020000, &greedy).bar(0, 0x1000, mem32);
  run();
  EXPECT_NE(f.bar_address(0), 0u);
  EXPECT_EQ(at(0, 3).windows[1].size, 1_MiB);
}

TEST_F(PciSetup, ExtraRoots) {
  bus.make_q35();
  bus.add(1, 0, 0x1b36, 0x000b, 0x060000);
  bus.add_bridge(0, 0, nullptr, 64);
  bus.add(0, 0, 0x1af4, 1, 0x020000, bus.functions().back().get()).bar(0, 0x1000, mem32);
  bus.add(0, 0, 0x1af4, 2, 0x020000, nullptr, 128).bar(0, 0x1000, mem32);
  fw.add_file("etc/extra-pci-roots", {2, 0, 0, 0, 0, 0, 0, 0});
  run();
  ASSERT_EQ(topology.root_count, 3u);
  EXPECT_EQ(topology.roots[0].last, 63);
  EXPECT_EQ(topology.roots[1].number, 64);
  EXPECT_EQ(topology.roots[1].last, 127);
  EXPECT_EQ(topology.roots[2].last, 255);
  EXPECT_TRUE(at(65, 0).bars[0].placed);
  EXPECT_TRUE(at(128, 0).bars[0].placed);
}

TEST_F(PciSetup, ExtraRootsThatDoNotExist) {
  bus.make_q35();
  fw.add_file("etc/extra-pci-roots", fakes::Bytes(8, 0xff));
  run();
  EXPECT_EQ(topology.root_count, 1u);
  EXPECT_EQ(topology.roots[0].last, 255);
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/pci/apertures.hpp"
#include "lib/pci/capabilities.hpp"
#include "lib/pci/host_bridge.hpp"
#include "lib/pci/placement.hpp"
#include "tests/fakes/choices.hpp"
#include "tests/fakes/fw_cfg_device.hpp"
#include "tests/fakes/pci_bus.hpp"

namespace {

using namespace base;

class PciParts : public testing::Test {
 protected:
  PciParts() {
    fakes::forget_devices();
    bus.plug();
  }
  ~PciParts() override {
    fakes::forget_devices();
    pci::use_ecam(Gpa());
  }
  fakes::PciBus bus;
};

TEST_F(PciParts, ConfigAccessOfEveryWidth) {
  auto& f = bus.add(5, 3, 0x1234, 0x5678, 0);
  f.allow<u32>(0x40, ~0u);
  const pci::Bdf bdf{0, 5, 3};
  pci::write32(bdf, 0x40, 0x11223344);
  EXPECT_EQ(pci::read8(bdf, 0x41), 0x33);
  EXPECT_EQ(pci::read16(bdf, 0x42), 0x1122);
  pci::write8(bdf, 0x43, 0xaa);
  pci::write16(bdf, 0x40, 0xbbcc);
  EXPECT_EQ(pci::read32(bdf, 0x40), 0xaa22bbccu);
  EXPECT_EQ(pci::read32(bdf, 0x100), ~0u);
  EXPECT_EQ(pci::read32({0, 6, 0}, 0), ~0u);
  EXPECT_EQ(pci::read32({9, 5, 3}, 0), ~0u);
}

TEST_F(PciParts, CapabilitiesInOrder) {
  auto& f = bus.add(1, 0, 1, 1, 0);
  const unsigned a = f.capability(9, {0, 0}), b = f.capability(0x11, {0, 0}), c = f.capability(9, {0, 0});
  EXPECT_EQ(pci::find_capability({0, 1, 0}, 0x11), b);
  EXPECT_EQ(pci::find_capability({0, 1, 0}, 9), a);
  EXPECT_EQ(pci::find_capability({0, 1, 0}, 9, static_cast<u8>(a)), c);
  EXPECT_EQ(pci::find_capability({0, 1, 0}, 9, static_cast<u8>(c)), 0);
  EXPECT_EQ(pci::find_capability({0, 1, 0}, 5), 0);
}

TEST_F(PciParts, CapabilityLoopsEnd) {
  auto& f = bus.add(1, 0, 0x1b36, 1, 0);
  f.capability(9, {0, 0});
  f.config[0x41] = 0x40;
  EXPECT_EQ(pci::find_capability({0, 1, 0}, 5), 0);
  EXPECT_EQ(pci::read_reservation({0, 1, 0}, 0x1b36).memory, ~0u);
  f.config[0x41] = 0x08;  // into the header
  EXPECT_EQ(pci::find_capability({0, 1, 0}, 5), 0);
  f.config[0x06] = 0;
  EXPECT_EQ(pci::find_capability({0, 1, 0}, 9), 0);
}

TEST_F(PciParts, ExtendedCapabilities) {
  bus.make_q35();
  auto& f = bus.add(1, 0, 1, 1, 0);
  f.put<u32>(0x100, 0x1401'0001);
  f.put<u32>(0x140, 0x1401'0010);  // loops
  EXPECT_EQ(pci::find_extended_capability({0, 1, 0}, 0x10), 0);
  pci::configure(pci::Chipset::q35);
  EXPECT_EQ(pci::find_extended_capability({0, 1, 0}, 0x10), 0x140);
  EXPECT_EQ(pci::find_extended_capability({0, 1, 0}, 0x11), 0);
}

pci::Machine machine(u64 low, u64 top, unsigned bits) {
  pci::Machine m;
  m.top_of_low_ram = Gpa(low);
  m.top_of_ram = Gpa(top);
  m.address_bits = bits;
  return m;
}

TEST(PciApertures, Low) {
  using pci::Chipset;
  EXPECT_EQ(pci::memory_aperture(Chipset::q35, machine(2_GiB, 6_GiB, 40)).base, 0xc0000000u);
  EXPECT_EQ(pci::memory_aperture(Chipset::q35, machine(0xb0000000, 0xb0000000, 40)).base, 0xc0000000u);
  EXPECT_EQ(pci::memory_aperture(Chipset::i440fx, machine(0xe0000000, 8_GiB, 40)).base, 0xe0000000u);
  EXPECT_EQ(pci::memory_aperture(Chipset::i440fx, machine(0x87654321, 0, 40)).base, 0x88000000u);
  EXPECT_EQ(pci::memory_aperture(Chipset::i440fx, machine(128_MiB, 0, 40)).limit, 0xfc000000u);
  const auto none = pci::memory_aperture(Chipset::i440fx, machine(0xfd000000, 0, 40));
  EXPECT_EQ(none.base, none.limit);
}

TEST(PciApertures, High) {
  auto a = pci::memory64_aperture(machine(0, 512_MiB, 40));
  EXPECT_EQ(a.base, 4_GiB);
  EXPECT_EQ(a.limit - a.base, 128_GiB);
  a = pci::memory64_aperture(machine(0, 6_GiB + 5, 36));
  EXPECT_EQ(a.base, 7_GiB);
  EXPECT_EQ(a.limit, 15_GiB);
  a = pci::memory64_aperture(machine(0, 60_GiB, 36));
  EXPECT_EQ(a.limit, 64_GiB);  // cut short
  a = pci::memory64_aperture(machine(0, 64_GiB, 36));
  EXPECT_EQ(a.limit, 0u);
  auto m = machine(0, 512_MiB, 46);
  m.reserved_memory_end = 1ull << 40;
  m.wanted_memory64 = 256_GiB;
  a = pci::memory64_aperture(m);
  EXPECT_EQ(a.base, 1ull << 40);
  EXPECT_EQ(a.limit - a.base, 256_GiB);
  m.reserved_memory_end = ~0ull;
  EXPECT_EQ(pci::memory64_aperture(m).limit, 0u);
}

TEST(PciApertures, HostWishes) {
  fakes::forget_devices();
  fakes::FwCfgDevice fw;
  fw.plug();
  fw.add_file("etc/reserved-memory-end", {0, 0, 0, 0, 2, 0, 0, 0});
  fw.add_file("opt/ovmf/X-PciMmio64Mb", {'6', '5', '5', '3', '6'});
  fw.add_file("etc/extra-pci-roots", {1, 0, 0, 0});  // too short
  ASSERT_TRUE(fw_cfg::init());
  pci::Machine m;
  pci::read_host_wishes(m);
  EXPECT_EQ(m.reserved_memory_end, 8_GiB);
  EXPECT_EQ(m.wanted_memory64, 64_GiB);
  EXPECT_EQ(m.extra_roots, 0u);
  for (const char* text : {"12x", "-1", "", "999999999999999"}) {
    fw.add_file("opt/ovmf/X-PciMmio64Mb", fakes::Bytes(text, text + strlen(text)));
    ASSERT_TRUE(fw_cfg::init());
    pci::read_host_wishes(m);
    EXPECT_EQ(m.wanted_memory64, 0u) << text;
  }
  fakes::forget_devices();
}

TEST(PciApertures, AddressBits) {
  fakes::forget_devices();
  EXPECT_EQ(pci::usable_address_bits(), 36u);
  fakes::set_cpuid(0x80000000, 0, 0x80000008, 0, 0, 0);
  fakes::set_cpuid(0x80000008, 0, 0x3030, 0, 0, 0);
  EXPECT_EQ(pci::usable_address_bits(), 40u);
  fakes::set_cpuid(0x80000001, 0, 0, 0, 0, 1u << 26);
  EXPECT_EQ(pci::usable_address_bits(), 46u);
  fakes::set_cpuid(0x80000008, 0, 0x2d3034, 0, 0, 0);
  EXPECT_EQ(pci::usable_address_bits(), 45u);
  fakes::set_cpuid(0x80000008, 0, 1, 0, 0, 0);
  EXPECT_EQ(pci::usable_address_bits(), 36u);
  fakes::forget_devices();
}

TEST(PciPlacement, LargestFirstWithoutGaps) {
  pci::Resource r[4];
  const u64 sizes[4] = {0x1000, 0x10000, 0x1000, 0x8000};
  pci::RequestList list;
  for (int i = 0; i < 4; ++i) {
    r[i].size = r[i].alignment = sizes[i];
    list.insert(r[i]);
  }
  EXPECT_EQ(pci::total_size(list), 0x1a000u);
  pci::Aperture a{0x20000, 0x3a000, 0x20000};
  EXPECT_EQ(pci::place(list, a), 0u);
  EXPECT_EQ(r[1].address, 0x20000u);
  EXPECT_EQ(r[3].address, 0x30000u);
  EXPECT_EQ(a.used, 0x3a000u);
  a = {0x20000, 0x29000, 0x20000};
  EXPECT_EQ(pci::place(list, a), 2u);
  EXPECT_FALSE(r[1].placed);
  EXPECT_EQ(r[3].address, 0x20000u);
}

TEST(PciPlacement, RandomListsNeverOverlap) {
  fakes::Choices c(7);
  for (int round = 0; round < 20000; ++round) {
    pci::Resource r[12];
    pci::RequestList list;
    for (auto& one : r) {
      one.alignment = 1ull << c.below(c.one_in(8) ? 64 : 28);
      one.size = c.one_in(3) ? c.next() >> c.below(64) : one.alignment;
      list.insert(one);
    }
    const u64 base = c.next() >> c.below(64), room = c.next() >> c.below(64);
    pci::Aperture a{base, base + room < base ? ~0ull : base + room, base};
    unsigned left = pci::place(list, a);
    for (auto& x : r) {
      if (!x.placed) {
        --left;
        continue;
      }
      ASSERT_EQ(x.address % x.alignment, 0u);
      ASSERT_GE(x.address, a.base);
      ASSERT_LE(x.address, a.limit);
      ASSERT_LE(x.size, a.limit - x.address);
      for (auto& y : r)
        if (&x != &y && y.placed && x.size && y.size) ASSERT_TRUE(x.end() <= y.address || y.end() <= x.address);
    }
    ASSERT_EQ(left, 0u);
  }
}

}  // namespace

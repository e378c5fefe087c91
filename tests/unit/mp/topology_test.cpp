// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mp/topology.hpp"

#include <gtest/gtest.h>

#include "lib/arch/cpu.hpp"
#include "lib/mp/memory_types.hpp"
#include "tests/fakes/machine.hpp"

namespace {

using namespace base;
using namespace mp::topology;

class Topology : public testing::Test {
 protected:
  void TearDown() override { fakes::forget_devices(); }
  static u32 type(u32 level, u32 type) { return type << 8 | level; }
};

// What QEMU 7.2 says of -smp 12,sockets=2,cores=3,threads=2.
TEST_F(Topology, OfLeafBWithThreadsAndCores) {
  fakes::set_cpuid(0, 0, 0xd, 0, 0, 0);
  fakes::set_cpuid(0xb, 0, 1, 2, type(0, 1), 11);
  fakes::set_cpuid(0xb, 1, 3, 6, type(1, 2), 11);
  const Shifts s = read_shifts(arch::cpuid);
  EXPECT_EQ(own_apic_id(arch::cpuid), 11u);
  const auto p = locate(11, s);
  EXPECT_EQ(p.package, 1u);
  EXPECT_EQ(p.core, 1u);
  EXPECT_EQ(p.thread, 1u);
  EXPECT_EQ(p.die | p.tile | p.module, 0u);
}

TEST_F(Topology, OfLeaf1FWithDies) {
  fakes::set_cpuid(0, 0, 0x1f, 0, 0, 0);
  fakes::set_cpuid(0xb, 0, 1, 2, type(0, 1), 99);
  fakes::set_cpuid(0x1f, 0, 1, 2, type(0, 1), 0x1237);
  fakes::set_cpuid(0x1f, 1, 3, 6, type(1, 2), 0x1237);
  fakes::set_cpuid(0x1f, 2, 4, 12, type(2, 5), 0x1237);
  EXPECT_EQ(own_apic_id(arch::cpuid), 0x1237u);
  const auto p = locate(0x1237, read_shifts(arch::cpuid));
  EXPECT_EQ(p.package, 0x123u);
  EXPECT_EQ(p.die, 0u);
  EXPECT_EQ(p.core, 3u);
  EXPECT_EQ(p.thread, 1u);
}

// An id above 255 does not fit into leaf 1.
TEST_F(Topology, FallsBackToLeafOne) {
  fakes::set_cpuid(0, 0, 4, 0, 0, 0);
  fakes::set_cpuid(1, 0, 0, 5u << 24 | 4u << 16, 0, 0);
  EXPECT_EQ(own_apic_id(arch::cpuid), 5u);
  const auto p = locate(5, read_shifts(arch::cpuid));
  EXPECT_EQ(p.package, 1u);
  EXPECT_EQ(p.core, 1u);
  EXPECT_EQ(p.thread, 0u);
  // Leaf 0xB that says nothing is none.
  fakes::set_cpuid(0, 0, 0xd, 0, 0, 0);
  EXPECT_EQ(extended_leaf(arch::cpuid), 0u);
}

// A hostile host's levels: neither endless nor running backwards.
TEST_F(Topology, OfLevelsThatMakeNoSense) {
  fakes::set_cpuid(0, 0, 0x1f, 0, 0, 0);
  for (u32 i = 0; i < 64; ++i) fakes::set_cpuid(0x1f, i, i == 1 ? 3 : 31, 1, type(i, 1 + i % 7), ~0u);
  const Shifts s = read_shifts(arch::cpuid);
  EXPECT_LE(s.thread, s.core);
  EXPECT_LE(s.core, s.module);
  EXPECT_LE(s.module, s.tile);
  EXPECT_LE(s.tile, s.die);
  const auto p = locate(~0u, s);
  EXPECT_EQ(p.package, ~0u >> s.die);
}

TEST(MemoryTypes, AreGivenAsTheyWereRead) {
  using mp::MemoryTypes;
  fakes::set_cpuid(1, 0, 0, 0, 0, MemoryTypes::cpuid_1_edx_mtrr | MemoryTypes::cpuid_1_edx_pat);
  arch::write_msr(MemoryTypes::capabilities, 0x508);
  arch::write_msr(MemoryTypes::pat, 0x0007040600070406);
  arch::write_msr(MemoryTypes::default_type, 0xc06);
  for (const u32 r : MemoryTypes::fixed_registers) arch::write_msr(r, 0x0606060606060606ull + r);
  for (u32 i = 0; i < 16; ++i) arch::write_msr(MemoryTypes::variable_first + i, 0x1000 * i);
  MemoryTypes types;
  types.read();
  EXPECT_EQ(types.variable_count, 8u);
  for (const u32 r : MemoryTypes::fixed_registers) arch::write_msr(r, 0);
  for (u32 i = 0; i < 16; ++i) arch::write_msr(MemoryTypes::variable_first + i, 7);
  arch::write_msr(MemoryTypes::default_type, 0);
  arch::write_msr(MemoryTypes::pat, 0);
  types.write();
  for (const u32 r : MemoryTypes::fixed_registers) EXPECT_EQ(arch::read_msr(r), 0x0606060606060606ull + r);
  for (u32 i = 0; i < 16; ++i) EXPECT_EQ(arch::read_msr(MemoryTypes::variable_first + i), 0x1000u * i);
  EXPECT_EQ(arch::read_msr(MemoryTypes::default_type), 0xc06u);
  EXPECT_EQ(arch::read_msr(MemoryTypes::pat), 0x0007040600070406u);
  fakes::forget_devices();
}

TEST(MemoryTypes, CountFromTheHostIsBounded) {
  using mp::MemoryTypes;
  fakes::set_cpuid(1, 0, 0, 0, 0, MemoryTypes::cpuid_1_edx_mtrr);
  arch::write_msr(MemoryTypes::capabilities, 0xff);
  MemoryTypes types;
  types.read();
  EXPECT_EQ(types.variable_count, MemoryTypes::max_variable);
  fakes::forget_devices();
}

TEST(MemoryTypes, AreLeftAloneWhereThereAreNone) {
  using mp::MemoryTypes;
  fakes::set_cpuid(1, 0, 0, 0, 0, 0);
  arch::write_msr(MemoryTypes::default_type, 0x123);
  MemoryTypes types;
  types.read();
  types.write();
  EXPECT_EQ(arch::read_msr(MemoryTypes::default_type), 0x123u);
  fakes::forget_devices();
}

}  // namespace

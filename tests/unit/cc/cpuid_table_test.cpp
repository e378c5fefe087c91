// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/cpuid_table.hpp"

#include "tests/unit/cc/sev_fixture.hpp"

namespace {

using namespace sev_test;
using cc::Reason;

constexpr u64 private_mask = 1ull << 51;
constexpr u32 sev_leaf = 0x8000'001f, every_sev = 0x1a;

class CpuidTable : public Sev {
 protected:
  void SetUp() override {
    Sev::SetUp();
    entry(0, {.leaf = sev_leaf, .eax = every_sev, .ebx = 51});
    entry(1, {.leaf = 1, .eax = 0x00a2'0f12, .ebx = 0x0100'0800, .ecx = 1u << 26, .edx = 0x078b'fbff});
    cpuid.count = 2;
  }
  struct Entry {
    u32 leaf, subleaf = 0;
    u64 xcr0 = 0;
    u32 eax = 0, ebx = 0, ecx = 0, edx = 0;
  };
  void entry(u32 at, const Entry& e) { cpuid.entries[at] = {e.leaf, e.subleaf, e.xcr0, 0, e.eax, e.ebx, e.ecx, e.edx, 0}; }
  void is_refused() {
    expect_end(Reason::cpuid_page, [&] { sev::check_cpuid_page_is_ours(cpuid, private_mask); });
  }
  void hint(u32 value) {
    host.ghcb_lie = [=](sev::Ghcb& g) {
      g.exit_info_1 = 0;
      g.rax = g.rbx = g.rcx = g.rdx = value;
      for (u8& byte : g.valid_bitmap) byte = 0xff;
      return true;
    };
  }
};

TEST_F(CpuidTable, OfThisGuestIsTaken) {
  sev::check_cpuid_page(cpuid);
  sev::check_cpuid_page_is_ours(cpuid, private_mask);
}

TEST_F(CpuidTable, MustNotDenyWhatTheGuestIs) {
  for (u32 missing : {1u << 1, 1u << 3, 1u << 4, every_sev}) {
    cpuid.entries[0].eax = every_sev & ~missing;
    is_refused();
  }
}
TEST_F(CpuidTable, MustHaveTheSevLeaf) {
  cpuid.entries[0].leaf = 0x8000'001e;
  is_refused();
  cpuid.count = 0;
  is_refused();
}
TEST_F(CpuidTable, MustNameTheCBitInUse) {
  for (u32 position : {0u, 5u, 31u, 47u, 50u, 52u, 63u}) {
    cpuid.entries[0].ebx = position;
    is_refused();
  }
  cpuid.entries[0].ebx = 51 | ~0x3fu;
  sev::check_cpuid_page_is_ours(cpuid, private_mask);
}

TEST_F(CpuidTable, CountsAreBounded) {
  for (u32 count : {0u, 65u, ~0u}) {
    cpuid.count = count;
    expect_end(Reason::cpuid_page, [&] { sev::check_cpuid_page(cpuid); });
  }
}
TEST_F(CpuidTable, ContradictionsAreRefusedAndRepetitionsNot) {
  cpuid.entries[2] = cpuid.entries[1];
  cpuid.count = 3;
  sev::check_cpuid_page(cpuid);
  cpuid.entries[2].edx ^= 1;
  expect_end(Reason::cpuid_page, [&] { sev::check_cpuid_page(cpuid); });
  cpuid.entries[2].xcr0 = 7;  // another question
  sev::check_cpuid_page(cpuid);
}

TEST_F(CpuidTable, OnlyTheProcessorsNumberComesFromTheHost) {
  hint(~0u);
  const auto r = sev::table_cpuid(cpuid, 1, 0);
  EXPECT_EQ(r.eax, 0x00a2'0f12u);
  EXPECT_EQ(r.ebx, 0xff00'0800u);
  EXPECT_EQ(r.ecx, 1u << 26) << "OSXSAVE follows CR4, not the host";
  EXPECT_EQ(r.edx, 0x078b'fbffu | 1 << 9);
}
TEST_F(CpuidTable, WhatItLacksIsZero) {
  const auto r = sev::table_cpuid(cpuid, 0x1234, 0);
  EXPECT_EQ(r.eax | r.ebx | r.ecx | r.edx, 0u);
  EXPECT_EQ(host.exits, 0u);
}

}  // namespace

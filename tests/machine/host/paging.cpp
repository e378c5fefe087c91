// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/host/paging.hpp"

#include "lib/arch/cpu.hpp"
#include "tests/machine/host/pool.hpp"

namespace host {

namespace {

constexpr u64 table_flags = 0x23, gigabyte_flags = 0xe3;  // accessed and dirty: nobody has to set them
alignas(4096) u64 top[512];

}  // namespace

void use_own_tables() {
  if (!top[0]) top[0] = *reinterpret_cast<const u64*>(arch::read_cr3());
  arch::write_cr3(reinterpret_cast<u64>(top));
}

void reach(u64 address) {
  const u64 slot = address >> 39;
  if (slot >= 256 || top[slot]) return;
  auto* table = pool_array<u64>(512);
  for (u64 i = 0; i < 512; ++i) table[i] = slot << 39 | i << 30 | gigabyte_flags;
  top[slot] = reinterpret_cast<u64>(table) | table_flags;
}

}  // namespace host

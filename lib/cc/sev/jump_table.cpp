// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/jump_table.hpp"

#include <bit>

#include "lib/cc/sev/ghcb_page.hpp"
#include "lib/cc/sev/interrupts_off.hpp"
#include "lib/log/log.hpp"

namespace cc::sev {
namespace {

// One store: a processor that is let go meanwhile reads all of the old or all of the new.
void store(JumpTable& table, JumpTable value) {
  __atomic_store_n(reinterpret_cast<u32*>(&table), std::bit_cast<u32>(value), __ATOMIC_RELEASE);
}

}  // namespace

void write_jump_table(JumpTable& table, Gpa page) {
  ASSERT(page.raw() != 0 && page.raw() < 1_MiB && page.aligned(page_bytes));
  store(table, {0, static_cast<u16>(page.raw() >> 4)});
}
void clear_jump_table(JumpTable& table) { store(table, {}); }

void announce(Gpa table) {
  InterruptsOff guard;
  constexpr u64 set = 0;
  if (!ghcb_call({.code = Exit::ap_jump_table, .info_1 = set, .info_2 = table.raw(), .may_be_refused = true}))
    log::warning("mp: the host keeps no jump table; the operating system will find one processor");
}

}  // namespace cc::sev

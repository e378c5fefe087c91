// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <algorithm>

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/processors.hpp"
#include "lib/interrupt/crash.hpp"
#include "lib/log/log.hpp"
#include "mp/local_apic.hpp"
#include "mp/starter.hpp"

namespace mp {
namespace {

constexpr u64 patience = 10'000'000, patience_each = 200'000, patience_again = 50'000'000;  // 1 s, 20 ms and 5 s in 100 ns
constexpr u32 x2apic_needed_from = 256;
constexpr u32 cpuid_1_ecx_x2apic = 1 << 21;

constinit State the_state{};

const Starter* starter_for(cc::StartMethod method) {
  switch (method) {
    case cc::StartMethod::sipi: return &sipi_starter;
    case cc::StartMethod::creation: return &creation_starter;
    case cc::StartMethod::jump_table: return &jump_table_starter;
    case cc::StartMethod::mailbox:
    case cc::StartMethod::none: return nullptr;
  }
  return nullptr;
}

Result<> lend_ghcbs(u32 others) {
  if (!cc::needs_ghcb()) return {};
  const PageRange pages = TRY(the_state.lender.allocate(Use::working, others));
  TRY(the_state.lender.share(pages));
  __builtin_memset(reinterpret_cast<void*>(pages.start().raw()), 0, pages.bytes());
  cc::assign_ghcbs(the_state.stations.memory, station_stride, pages);
  the_state.ghcbs = pages;
  return {};
}

Result<> lend_memory(u32 others) {
  const Lender& lender = the_state.lender;
  const PageRange memory = TRY(lender.allocate(Use::working, others * station_stride / page_bytes));
  the_state.members = TRY(lender.allocate(Use::working, bytes_to_pages((others + 1) * sizeof(u32))));
  the_state.stations = {memory, others};
  for (u32 i = 0; i < others; ++i) {
    TRY(lender.protect(PageRange(memory.start() + i * station_stride, 1), mem::Protection::none));
    the_state.stations.at(i) = Station{};
  }
  TRY(lend_ghcbs(others));
  return the_state.starter->prepare(others);
}

// The processors by their APIC ids, the boot processor among them.
void enumerate() {
  const u32 others = the_state.stations.count;
  u32* members = reinterpret_cast<u32*>(the_state.members.start().raw());
  u32 n = 0;
  members[n++] = others;
  for (u32 i = 0; i < others; ++i)
    if (arrived(i)) members[n++] = i;
  const auto id = [&](u32 slot) { return slot == others ? the_state.boot_apic_id : the_state.stations.at(slot).apic_id; };
  std::sort(members, members + n, [&](u32 a, u32 b) { return id(a) < id(b); });
  the_state.member_count = n;
  the_state.boot_number = static_cast<u32>(std::find(members, members + n, others) - members);
}

u32 orders_under_way() {
  u32 n = 0;
  for (u32 i = 0; i < the_state.stations.count; ++i) n += the_state.stations.at(i).waker.busy;
  return n;
}

// A processor that crashes takes the machine with it: the others would wait for it, or work on what it left.
void prepare_crashes() {
  crash::set_stack_finder([](u64 address, crash::Stack& stack) {
    const Stations& all = the_state.stations;
    const u32 slot = all.slot_of(address);
    if (slot == all.count) return false;
    stack = {all.stack_top(slot) - stack_bytes, all.stack_top(slot), all.at(slot).apic_id};
    return true;
  });
  cc::at_stop([] { apic::send_to_others(apic::nmi); });
}

}  // namespace

State& state() { return the_state; }

bool arrived(u32 slot) { return __atomic_load_n(&the_state.stations.at(slot).arrived, __ATOMIC_ACQUIRE); }

void clear_station(u32 slot) {
  Station& s = the_state.stations.at(slot);
  s.waker.busy = false;
  s.words[static_cast<u8>(park::Word::parked)] = 0;
  s.words[static_cast<u8>(park::Word::done)] = s.waker.ticket;
  __atomic_store_n(&s.arrived, 0, __ATOMIC_RELEASE);
}

void choose_apic_mode(u32 apic_id_limit) {
  the_state.apic_id_limit = apic_id_limit;
  if (apic_id_limit >= x2apic_needed_from && (cc::cpuid(1, 0).ecx & cpuid_1_ecx_x2apic)) apic::use_x2apic();
}

void begin(const Lender& lender, u32 count) {
  the_state.lender = lender;
  apic::adopt_mode();
  the_state.boot_apic_id = the_state.flagged_apic_id = apic::own_id();
  interrupt::set_handler(wake_vector, [](arch::InterruptFrame&) { apic::end_of_interrupt(); });
  if (count > max_processors) log::warning("mp: ", count, " processors, using ", max_processors);
  const u32 others = std::min(count, max_processors) - (count > 0);
  the_state.starter = starter_for(cc::start_method());
  if (others == 0 || !the_state.starter) return;
  if (!lend_memory(others)) {
    log::error("mp: no memory for ", others, " processors; they stay where they are");
    the_state.stations.count = 0;
    return;
  }
  prepare_parking();
  prepare_crashes();
  the_state.memory_types.read();
  the_state.starter->start_all();
}

bool stop(u32 number) { return the_state.starter->stop(slot_of_number(number)); }

bool restart(u32 number) {
  const u32 slot = slot_of_number(number);
  const bool started = the_state.starter->start_again(slot);
  const u64 deadline = the_state.lender.now() + patience_again;
  while (started && !arrived(slot) && the_state.lender.now() < deadline) arch::pause();
  __atomic_store_n(&the_state.outstanding, orders_under_way(), __ATOMIC_RELEASE);
  if (!started || !arrived(slot)) return false;
  the_state.starter->started_again();
  return true;
}

void finish() {
  const u32 others = the_state.stations.count;
  if (others == 0) return;
  const u64 deadline = the_state.lender.now() + patience + others * patience_each;
  u32 there = 0;
  while (there < others && the_state.lender.now() < deadline) {
    while (there < others && arrived(there)) ++there;
    if (there < others) wait_for([&] { return arrived(there); });
  }
  enumerate();
  the_state.starter->settle(others);
}

}  // namespace mp

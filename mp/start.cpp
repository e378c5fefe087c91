// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <algorithm>

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"
#include "mp/local_apic.hpp"
#include "mp/station.hpp"

extern "C" base::u8 start_up_code[], start_up_parameters[], start_up_end[];  // start_up.nasm

namespace mp {
namespace {

// start_up.nasm's parameters.
struct [[gnu::packed]] alignas(8) StartUpParameters {
  u64 first_stack_top, stack_stride, entry;
  u32 cr0, cr3, cr4, efer;
  u32 next_stack, stack_count;
  u16 gdt_limit;
  u32 gdt_base;
  u16 padding;
  u32 long_mode_offset;
  u16 long_mode_selector;
};

constexpr u32 msr_efer = 0xc000'0080, efer_active = 1 << 10;
constexpr u64 patience = 10'000'000, patience_each = 200'000;  // 1 s and 20 ms in 100 ns
constexpr u16 x2apic_needed_from = 256;
constexpr u32 cpuid_1_ecx_x2apic = 1 << 21;

constinit State the_state{};

StartUpParameters& parameters() {
  return *reinterpret_cast<StartUpParameters*>(the_state.start_page.start().raw() + static_cast<u64>(start_up_parameters - start_up_code));
}

Result<> lend_memory(u32 others) {
  const Lender& lender = the_state.lender;
  const PageRange memory = TRY(lender.allocate(Use::working, others * station_stride / page_bytes));
  const PageRange members = TRY(lender.allocate(Use::working, bytes_to_pages((others + 1) * sizeof(u32))));
  the_state.start_page = TRY(lender.allocate(Use::start_code, 1));
  TRY(lender.protect(the_state.start_page, mem::Protection::read_write_execute));
  the_state.stations = {memory, others};
  the_state.members = members;
  for (u32 i = 0; i < others; ++i) {
    TRY(lender.protect(PageRange(memory.start() + i * station_stride, 1), mem::Protection::none));
    the_state.stations.at(i) = Station{};
  }
  return {};
}

// A page under the code segment that a SIPI names, with what the boot processor itself runs on.
void fill_start_page(u32 first_slot, u32 slots) {
  const u64 page = the_state.start_page.start().raw();
  __builtin_memcpy(reinterpret_cast<void*>(page), start_up_code, static_cast<u64>(start_up_end - start_up_code));
  StartUpParameters& p = parameters();
  p.first_stack_top = the_state.stations.stack_top(first_slot);
  p.stack_stride = station_stride;
  p.entry = reinterpret_cast<u64>(&mp_enter);
  p.cr0 = static_cast<u32>(arch::read_cr0());
  p.cr3 = static_cast<u32>(arch::read_cr3());
  p.cr4 = static_cast<u32>(arch::read_cr4());
  p.efer = static_cast<u32>(arch::read_msr(msr_efer)) & ~efer_active;
  p.stack_count = slots;
  p.gdt_base += static_cast<u32>(page);
  p.long_mode_offset += static_cast<u32>(page);
}

u32 start_vector() { return static_cast<u32>(the_state.start_page.start().raw() / page_bytes); }

bool arrived(u32 slot) { return __atomic_load_n(&the_state.stations.at(slot).arrived, __ATOMIC_ACQUIRE); }

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

void return_start_page() {
  if (!the_state.lender.protect(the_state.start_page, mem::Protection::read_write)) return;
  the_state.lender.release(the_state.start_page);
  the_state.start_page = {};
}

// Nothing that the processor did before counts, whether it finished or not.
void clear_station(Station& s) {
  s.waker.busy = false;
  s.words[static_cast<u8>(park::Word::parked)] = 0;
  s.words[static_cast<u8>(park::Word::done)] = s.waker.ticket;
  __atomic_store_n(&s.arrived, 0, __ATOMIC_RELEASE);
}

u32 orders_under_way() {
  u32 n = 0;
  for (u32 i = 0; i < the_state.stations.count; ++i) n += the_state.stations.at(i).waker.busy;
  return n;
}

}  // namespace

State& state() { return the_state; }

void choose_apic_mode(u32 apic_id_limit) {
  if (apic_id_limit >= x2apic_needed_from && (cc::cpuid(1, 0).ecx & cpuid_1_ecx_x2apic)) apic::use_x2apic();
}

void begin(const Lender& lender, u32 count) {
  the_state.lender = lender;
  apic::adopt_mode();
  the_state.boot_apic_id = apic::own_id();
  interrupt::set_handler(wake_vector, [](arch::InterruptFrame&) { apic::end_of_interrupt(); });
  if (count > max_processors) log::warning("mp: ", count, " processors, using ", max_processors);
  const u32 others = std::min(count, max_processors) - (count > 0);
  if (others == 0) return;
  if (!lend_memory(others)) {
    log::error("mp: no memory for ", others, " processors; they stay where they are");
    the_state.stations.count = 0;
    return;
  }
  prepare_parking();
  the_state.memory_types.read();
  fill_start_page(0, others);
  the_state.outstanding = others;
  apic::send_to_others(apic::init);
  apic::send_to_others(apic::start_up | start_vector());
  apic::send_to_others(apic::start_up | start_vector());
}

bool restart(u32 number) {
  const u32 slot = slot_of_number(number);
  Station& s = the_state.stations.at(slot);
  if (the_state.start_page.empty()) {
    auto page = the_state.lender.allocate(Use::start_code, 1);
    if (!page || !the_state.lender.protect(*page, mem::Protection::read_write_execute)) return false;
    the_state.start_page = *page;
  }
  apic::send(s.apic_id, apic::init);
  clear_station(s);
  fill_start_page(slot, 1);
  apic::send(s.apic_id, apic::start_up | start_vector());
  apic::send(s.apic_id, apic::start_up | start_vector());
  const u64 deadline = the_state.lender.now() + patience;
  while (!arrived(slot) && the_state.lender.now() < deadline) arch::pause();
  __atomic_store_n(&the_state.outstanding, orders_under_way(), __ATOMIC_RELEASE);
  if (!arrived(slot)) return false;
  return_start_page();
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
  const bool all = the_state.member_count == others + 1 && __atomic_load_n(&parameters().next_stack, __ATOMIC_RELAXED) == others;
  if (all)
    return_start_page();
  else
    log::warning("mp: ", the_state.member_count, " of ", others + 1, " processors came, ", parameters().next_stack, " started");
}

}  // namespace mp

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/processors.hpp"
#include "lib/log/log.hpp"
#include "mp/local_apic.hpp"
#include "mp/starter.hpp"

extern "C" base::u8 start_up_code[], start_up_parameters[], start_up_end[];  // start_up.nasm

// INIT and SIPI, to a page below 1 MiB with the way from real mode to long mode; with SEV-ES, where a SIPI cannot name the
// page, by way of the jump table.
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

constinit PageRange start_page;

StartUpParameters& parameters() {
  return *reinterpret_cast<StartUpParameters*>(start_page.start().raw() + static_cast<u64>(start_up_parameters - start_up_code));
}

Result<> borrow_page() {
  if (!start_page.empty()) return {};
  const Lender& lender = state().lender;
  const PageRange page = TRY(lender.allocate(Use::start_code, 1));
  TRY(lender.protect(page, mem::Protection::read_write_execute));
  start_page = page;
  return {};
}

void return_page() {
  if (!state().lender.protect(start_page, mem::Protection::read_write)) return;
  state().lender.release(start_page);
  start_page = {};
}

// A page under the code segment that a SIPI names, with what the boot processor itself runs on.
void fill_page(u32 first_slot, u32 slots) {
  const u64 page = start_page.start().raw();
  __builtin_memcpy(reinterpret_cast<void*>(page), start_up_code, static_cast<u64>(start_up_end - start_up_code));
  StartUpParameters& p = parameters();
  p.first_stack_top = state().stations.stack_top(first_slot);
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

u32 vector() { return static_cast<u32>(start_page.start().raw() / page_bytes); }

Result<> prepare(u32) { return borrow_page(); }

void start_all() {
  const u32 others = state().stations.count;
  fill_page(0, others);
  state().outstanding = others;
  apic::send_to_others(apic::init);
  apic::send_to_others(apic::start_up | vector());
  apic::send_to_others(apic::start_up | vector());
}

// One with the BSP flag in its APIC base would answer INIT from the reset vector [apm2 §14.1.3], with this firmware.
bool reset(u32 slot) {
  const u32 apic_id = state().stations.at(slot).apic_id;
  if (apic_id == state().flagged_apic_id) return false;
  apic::send(apic_id, apic::init);
  return true;
}

bool start_again(u32 slot) {
  if (!borrow_page()) return false;
  const u32 apic_id = state().stations.at(slot).apic_id;
  clear_station(slot);
  fill_page(slot, 1);
  apic::send(apic_id, apic::start_up | vector());
  apic::send(apic_id, apic::start_up | vector());
  return true;
}

// The page is given back only when nobody can be on it any more.
void settle(u32 expected) {
  const u32 started = __atomic_load_n(&parameters().next_stack, __ATOMIC_RELAXED);
  if (state().member_count == expected + 1 && started == expected)
    return_page();
  else
    log::warning("mp: ", state().member_count, " of ", expected + 1, " processors came, ", started, " started");
}

void stop_all() { apic::send_to_others(apic::init); }

void start_all_by_table() {
  cc::lead_processors_to(start_page.start());
  start_all();
}
// Nobody can reset such a processor against its will.
bool cannot(u32) { return false; }

void settle_by_table(u32 expected) {
  settle(expected);
  cc::lead_processors_nowhere();
  cc::announce_jump_table();
}
void cannot_stop() { cc::terminate(cc::Reason::processor_not_stopped); }

}  // namespace

constinit const Starter sipi_starter{.prepare = prepare,
                                     .start_all = start_all,
                                     .stop = reset,
                                     .start_again = start_again,
                                     .started_again = return_page,
                                     .settle = settle,
                                     .stop_all = stop_all,
                                     .exchange = true};
constinit const Starter jump_table_starter{.prepare = prepare,
                                           .start_all = start_all_by_table,
                                           .stop = cannot,
                                           .start_again = cannot,
                                           .started_again = [] {},
                                           .settle = settle_by_table,
                                           .stop_all = cannot_stop};

}  // namespace mp

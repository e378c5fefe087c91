// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/cc/processors.hpp"
#include "mp/local_apic.hpp"
#include "mp/station.hpp"

// What runs on the processors themselves.
namespace mp {
namespace {

// lib/mp/park.hpp on real memory. x86 keeps loads in order, and stores; only the fence needs an instruction.
class OwnMemory {
 public:
  explicit OwnMemory(Station& station) : station_(station) {}
  u64 load(park::Word word) { return __atomic_load_n(&station_.words[static_cast<u8>(word)], __ATOMIC_ACQUIRE); }
  void store(park::Word word, u64 value) {
    __atomic_store_n(&station_.words[static_cast<u8>(word)], value, __ATOMIC_RELEASE);
    if (word == park::Word::done) report_news();
  }
  void fence() { arch::fence(); }
  void sleep() {
    arch::enable_and_halt();
    arch::disable_interrupts();
  }
  void run(u64 procedure, u64 argument) {
    // The boot processor may have changed the page tables since the last order.
    arch::write_cr3(arch::read_cr3());
    reinterpret_cast<efi::ApProcedure>(procedure)(reinterpret_cast<void*>(argument));
    arch::disable_interrupts();
  }

 private:
  Station& station_;
};

}  // namespace

void report_news() {
  if (__atomic_sub_fetch(&state().outstanding, 1, __ATOMIC_ACQ_REL) == 0) apic::send(state().boot_apic_id, apic::fixed | wake_vector);
}

void mp_enter(u64 stack_top) {
  Station& me = *reinterpret_cast<Station*>(stack_top + exceptions_bytes - sizeof(Station));
  interrupt::load_descriptors(me.descriptors, reinterpret_cast<u64>(&me));
  interrupt::load_table();
  cc::adopt_own_ghcb();
  apic::join_mode();
  apic::enable();
  // Creation leaves the local APIC alone: one that was taken back in the handler of its wake-up would never see another.
  if (me.waker.ticket) apic::end_of_interrupt();
  state().memory_types.write();
  if (me.apic_id == unknown_id) me.apic_id = apic::own_id();
  // A processor that was taken back knows no earlier order.
  park::Ap ap{.done = me.waker.ticket};
  OwnMemory memory(me);
  __atomic_store_n(&me.arrived, 1, __ATOMIC_RELEASE);
  report_news();
  for (;;) park::step(ap, memory);
}

}  // namespace mp

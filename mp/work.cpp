// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "mp/local_apic.hpp"
#include "mp/station.hpp"

// Orders, as the boot processor gives them.
namespace mp {
namespace {

// The waker's side of lib/mp/park.hpp.
class TheirMemory {
 public:
  explicit TheirMemory(Station& station) : station_(station) {}
  u64 load(park::Word word) { return __atomic_load_n(&station_.words[static_cast<u8>(word)], __ATOMIC_ACQUIRE); }
  void store(park::Word word, u64 value) { __atomic_store_n(&station_.words[static_cast<u8>(word)], value, __ATOMIC_RELEASE); }
  void fence() { arch::fence(); }
  void kick() { apic::send(station_.apic_id, apic::fixed | wake_vector); }

 private:
  Station& station_;
};

Station& station(u32 number) { return state().stations.at(slot_of_number(number)); }

}  // namespace

u32 count() { return state().member_count; }
u32 boot_processor() { return state().boot_number; }
u32 apic_id(u32 number) { return number == boot_processor() ? state().boot_apic_id : station(number).apic_id; }

u32 who_am_i() {
  const Stations& all = state().stations;
  const u32 slot = all.slot_of(reinterpret_cast<u64>(__builtin_frame_address(0)));
  if (slot == all.count) return boot_processor();
  for (u32 number = 0; number < count(); ++number)
    if (slot_of_number(number) == slot) return number;
  return boot_processor();
}

void post(u32 number, efi::ApProcedure procedure, void* argument) {
  Station& s = station(number);
  ASSERT(number != boot_processor() && !s.waker.busy);
  __atomic_add_fetch(&state().outstanding, 1, __ATOMIC_ACQ_REL);
  TheirMemory memory(s);
  s.waker.post(reinterpret_cast<u64>(procedure), reinterpret_cast<u64>(argument));
  while (!park::waiting(s.waker)) park::step(s.waker, memory);
}

bool done(u32 number) {
  Station& s = station(number);
  TheirMemory memory(s);
  if (s.waker.busy) park::step(s.waker, memory);
  return !s.waker.busy;
}

bool all_done() { return __atomic_load_n(&state().outstanding, __ATOMIC_ACQUIRE) == 0; }

void wait_for(bool (*news)(void*), void* context) {
  // Where the caller keeps interrupts off, nothing would end a sleep.
  if (!(arch::read_rflags() & arch::rflags_interrupt)) return arch::pause();
  arch::disable_interrupts();
  if (news(context))
    arch::enable_interrupts();
  else
    arch::enable_and_halt();
}

}  // namespace mp

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <utility>

#include "lib/arch/cpu.hpp"
#include "mp/local_apic.hpp"
#include "mp/starter.hpp"

// The boot processor's place, given to another: the two change stacks and registers, so that the caller goes on where it is,
// on another processor, and the old one comes out of an order on that one's station.
namespace mp {
namespace {

struct alignas(16) Context {
  u64 stack;  // null: not laid down yet
  u64 padding;
  u8 fpu[512];
};
static_assert(offsetof(Context, fpu) == 16);  // exchange.nasm

extern "C" void mp_exchange(Context* own, Context* others);

constinit Context boot_context{}, ap_context{};

void EFIAPI change_places(void*) {
  mp_exchange(&ap_context, &boot_context);
  // The old boot processor, on a station's stack. The clock has left its APIC as it was at reset.
  apic::enable();
  Station& me = state().stations.at(state().stations.slot_of(reinterpret_cast<u64>(__builtin_frame_address(0))));
  interrupt::load_descriptors(me.descriptors, reinterpret_cast<u64>(&me));
}

}  // namespace

Result<> give_place_to(u32 number) {
  if (!state().starter->exchange) return Error::unsupported;
  State& all = state();
  u32* members = reinterpret_cast<u32*>(all.members.start().raw());
  const u32 old = all.boot_number, slot = members[number];
  const bool interrupts = arch::read_rflags() & arch::rflags_interrupt;
  arch::disable_interrupts();
  boot_context.stack = 0;
  ap_context.stack = 0;
  post(number, change_places, nullptr);
  mp_exchange(&boot_context, &ap_context);
  interrupt::load_boot_descriptors();
  std::swap(all.stations.at(slot).apic_id, all.boot_apic_id);
  std::swap(members[old], members[number]);
  all.boot_number = number;
  while (!done(old)) arch::pause();
  if (interrupts) arch::enable_interrupts();
  return {};
}

}  // namespace mp

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/platform.hpp"
#include "lib/cc/processors.hpp"
#include "lib/log/log.hpp"
#include "mp/local_apic.hpp"
#include "mp/starter.hpp"

// Processors made of save areas: they begin in 64-bit mode at mp_enter, each on its own stack. Which processor gets which
// station is decided here, before it runs.
namespace mp {
namespace {

constinit PageRange save_areas;
constinit bool created[max_processors] = {};

Result<> prepare(u32 others) {
  const Lender& lender = state().lender;
  // Reserved for ever: a processor that waits for the operating system still hangs on its save area.
  save_areas = TRY(lender.allocate(Use::parking, cc::save_area_pages(others)));
  return {};
}

cc::ProcessorStart beginning_of(u32 slot) {
  Station& s = state().stations.at(slot);
  interrupt::fill_descriptors(s.descriptors, reinterpret_cast<u64>(&s));
  const u64 stack_top = state().stations.stack_top(slot);
  return {.entry = reinterpret_cast<u64>(&mp_enter),
          .stack_top = stack_top,
          .argument = stack_top,
          .descriptors = {sizeof s.descriptors.table - 1, reinterpret_cast<u64>(s.descriptors.table)},
          .interrupts = interrupt::table_register(),
          .task_selector = interrupt::task_selector,
          .task_state = {sizeof s.descriptors.task_state - 1, reinterpret_cast<u64>(&s.descriptors.task_state)}};
}

bool create(u32 slot, u32 apic_id) {
  state().stations.at(slot).apic_id = apic_id;
  __atomic_add_fetch(&state().outstanding, 1, __ATOMIC_ACQ_REL);
  created[slot] = static_cast<bool>(cc::create_processor(apic_id, cc::save_area(save_areas, slot), beginning_of(slot)));
  if (!created[slot]) __atomic_sub_fetch(&state().outstanding, 1, __ATOMIC_ACQ_REL);
  return created[slot];
}

bool destroy(u32 slot) {
  if (created[slot]) created[slot] = !cc::destroy_processor(state().stations.at(slot).apic_id, cc::save_area(save_areas, slot));
  return !created[slot];
}

u32 create_listed(std::span<const u32> ids) {
  u32 slot = 0;
  for (const u32 id : ids) {
    if (slot == state().stations.count) break;
    if (id != state().boot_apic_id && create(slot, id)) ++slot;
  }
  return slot;
}

// The host refuses ids that no processor has.
u32 create_by_trial() {
  u32 slot = 0;
  for (u32 id = 0; id < state().apic_id_limit && slot < state().stations.count; ++id)
    if (id != state().boot_apic_id && create(slot, id)) ++slot;
  return slot;
}

void start_all() {
  // A first SIPI is what makes KVM run a processor at all: at the reset block, which holds it until it is created.
  apic::send_to_others(apic::init);
  apic::send_to_others(apic::start_up);
  Stations& stations = state().stations;
  const std::span<u32> room(reinterpret_cast<u32*>(state().members.start().raw()), stations.count + 1);
  // The pages for requests to the host are shared, and nobody uses them yet.
  const auto listed = cc::list_processors(state().ghcbs, room);
  const u32 count = listed ? create_listed(listed.value_or({})) : create_by_trial();
  if (count < stations.count) log::warning("mp: ", count + 1, " of ", stations.count + 1, " processors can be created");
  stations.count = count;
}

bool start_again(u32 slot) {
  clear_station(slot);
  return create(slot, state().stations.at(slot).apic_id);
}

// A host that holds a processor back could let it loose in memory that has another owner by then.
void settle(u32 expected) {
  if (state().member_count != expected + 1) log::warning("mp: ", state().member_count, " of ", expected + 1, " processors came");
  for (u32 slot = 0; slot < expected; ++slot)
    if (!arrived(slot) && !destroy(slot)) cc::terminate(cc::Reason::processor_not_stopped);
}

void stop_all() {
  for (u32 slot = 0; slot < state().stations.count; ++slot)
    if (!destroy(slot)) cc::terminate(cc::Reason::processor_not_stopped);
}

}  // namespace

constinit const Starter creation_starter{.prepare = prepare,
                                         .start_all = start_all,
                                         .stop = destroy,
                                         .start_again = start_again,
                                         .started_again = [] {},
                                         .settle = settle,
                                         .stop_all = stop_all};

}  // namespace mp

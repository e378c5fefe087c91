// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/processors.hpp"

#include <algorithm>

#include "lib/arch/sev.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/sev/ghcb_page.hpp"
#include "lib/cc/sev/interrupts_off.hpp"
#include "lib/cc/sev/save_area.hpp"

namespace cc::sev {
namespace {

// VMPL 1 is the target because RMPADJUST wants a level below one's own; it gets no right to the page.
constexpr u64 vmpl_1_nothing = 1, vmsa_attribute = 1 << 16;
constexpr u32 size_4k = 0;
// The host stops a processor some time after it said so; until then its save area is in use.
constexpr unsigned patience = 20'000;

Result<> set_attribute(Gpa save_area, bool vmsa) {
  const u64 attributes = vmpl_1_nothing | (vmsa ? vmsa_attribute : 0);
  return arch::rmpadjust(save_area.raw(), size_4k, attributes) == 0 ? Result<>() : Error::device_error;
}

Result<> request(ApCreation action, u32 apic_id, Gpa save_area, u64 features) {
  InterruptsOff guard;
  const auto answer = ghcb_call({.code = Exit::ap_creation,
                                 .info_1 = u64{apic_id} << 32 | static_cast<u64>(action),
                                 .info_2 = save_area.raw(),
                                 .has_rax = true,
                                 .may_be_refused = true,
                                 .rax = features});
  return answer ? Result<>() : Error::not_found;
}

}  // namespace

Result<std::span<const u32>> apic_id_list(PageRange shared, std::span<u32> room) {
  InterruptsOff guard;
  const Answer answer = TRY(ghcb_call(
      {.code = Exit::apic_id_list, .info_1 = shared.start().raw(), .has_rax = true, .may_be_refused = true, .rax = shared.pages()}));
  answer.require(true);
  const auto* list = reinterpret_cast<const volatile u32*>(shared.start().raw());
  const u32 count = list[0];
  if (answer.rax > shared.pages() || count > room.size() || (u64{count} + 1) * sizeof(u32) > shared.bytes()) return Error::not_found;
  const auto ids = room.first(count);
  for (u32 i = 0; i < count; ++i) ids[i] = list[1 + i];
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) terminate(Reason::processor_list);
  return std::span<const u32>(ids);
}

Result<> create(u32 apic_id, Gpa save_area, const ProcessorStart& start) {
  auto& vmsa = *reinterpret_cast<Vmsa*>(save_area.raw());
  fill_save_area(vmsa, this_processor(), start);
  if (!set_attribute(save_area, true)) terminate(Reason::save_area);
  const auto created = request(ApCreation::create, apic_id, save_area, vmsa.sev_features);
  // The page is ordinary again before anyone writes to it.
  if (!created && !set_attribute(save_area, false)) terminate(Reason::save_area);
  return created;
}

Result<> destroy(u32 apic_id, Gpa save_area) {
  // Whatever the host says: what counts is that the page is no save area any more.
  (void)!request(ApCreation::destroy, apic_id, save_area, 0);
  for (unsigned tries = 0; tries < patience; ++tries) {
    if (set_attribute(save_area, false)) return {};
    arch::pause();
  }
  return Error::timeout;
}

}  // namespace cc::sev

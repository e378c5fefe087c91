// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/msr_protocol.hpp"

#include <bit>

#include "lib/arch/cpu.hpp"
#include "lib/arch/sev.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/sev/ghcb.hpp"

namespace cc::sev {
namespace {

u64 raw(msr::Info info) { return static_cast<u64>(info); }

}  // namespace

u64 msr_call(u64 request, msr::Info expected) {
  arch::write_msr(msr::ghcb, request);
  arch::vmgexit();
  const u64 response = arch::read_msr(msr::ghcb);
  if (msr::InfoField::get(response) != raw(expected)) terminate(Reason::ghcb_msr_response);
  return response;
}

void check_sev_info(u64 private_mask) {
  const u64 info = msr_call(raw(msr::Info::sev_info_request), msr::Info::sev_info);
  if (msr::InfoVersionMin::get(info) > ghcb_version_max || msr::InfoVersionMax::get(info) < ghcb_version_max)
    terminate(Reason::ghcb_version);
  if (msr::InfoCBit::get(info) != static_cast<u64>(std::countr_zero(private_mask))) terminate(Reason::bad_c_bit);
}

u64 hypervisor_features() {
  return msr::Features::get(msr_call(raw(msr::Info::hv_features_request), msr::Info::hv_features));
}

void register_ghcb(Gpa page) {
  const u64 gfn = page.raw() & msr::Gfn::mask;
  const u64 response = msr_call(gfn | raw(msr::Info::register_gpa_request), msr::Info::register_gpa);
  if ((response & msr::Gfn::mask) != gfn) terminate(Reason::ghcb_not_registered);
}

void change_page_state(Gpa page, u64 operation) {
  const u64 request = msr::PageOperation::put(operation) | (page.raw() & msr::PageGfn::mask) | raw(msr::Info::page_state_request);
  const u64 response = msr_call(request, msr::Info::page_state);
  if (response != raw(msr::Info::page_state)) terminate(Reason::page_state_msr);
}

void request_termination(Reason reason) {
  // A handler between the two instructions would put its own request into the MSR.
  arch::disable_interrupts();
  for (;;) {
    arch::write_msr(msr::ghcb, msr::ReasonSet::put(reason_set) | msr::ReasonCode::put(static_cast<u64>(reason)) | raw(msr::Info::terminate));
    arch::vmgexit();
  }
}

}  // namespace cc::sev

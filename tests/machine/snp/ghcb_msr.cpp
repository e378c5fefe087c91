// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/ghcb_msr.hpp"

#include "lib/cc/sev/psc.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/views.hpp"

// The host's side of the GHCB MSR protocol [ghcb §2.3.1].
namespace snp {

namespace {

using namespace cc::sev;
using msr::Info;

u64 info(Info i) { return static_cast<u64>(i); }

u64 answer_cpuid(u64 request) {
  const Registers r = cpuid(static_cast<u32>(msr::CpuidFunction::get(request)), 0);
  const u32 values[] = {r.eax, r.ebx, r.ecx, r.edx};
  const u64 which = msr::CpuidRegister::get(request);
  return info(Info::cpuid) | msr::CpuidRegister::put(which) | msr::CpuidValue::put(values[which]);
}

u64 answer_registration(Vcpu& v, u64 request) {
  const u64 gpa = request & msr::Gfn::mask;
  const rmp::Entry* e = rmp::find(gpa);
  if (!e || e->assigned) {
    report::violation(report::Violation::ghcb_private, v.apic_id, gpa, v.save().rip);
    return info(Info::register_gpa) | msr::no_gfn;
  }
  v.registered_ghcb = gpa;
  return info(Info::register_gpa) | gpa;
}

u64 answer_page_state(Vcpu& v, u64 request) {
  const u64 operation = msr::PageOperation::get(request), gpa = msr::PageGfn::get(request) << 12;
  const bool known = operation == psc::to_private || operation == psc::to_shared;
  const u64 error = known ? page_state_change(v, operation, gpa, false) : 1;
  return info(Info::page_state) | msr::ErrorCode::put(error != 0);
}

u64 unknown(Vcpu& v, u64 request) {
  report::event("msr-protocol", v.apic_id, "\"request\": \"0x%x\", \"rip\": \"0x%x\"", request, v.save().rip);
  report::violation(report::Violation::msr_protocol, v.apic_id, request, v.save().rip);
  return 0;
}

u64 answer(Vcpu& v, u64 request) {
  switch (static_cast<Info>(msr::InfoField::get(request))) {
    case Info::sev_info_request:
      return info(Info::sev_info) | msr::InfoVersionMax::put(ghcb_version_max) | msr::InfoVersionMin::put(ghcb_version_min) |
             msr::InfoCBit::put(47);
    case Info::cpuid_request: return answer_cpuid(request);
    case Info::preferred_gpa_request: return info(Info::preferred_gpa) | msr::no_gfn;
    case Info::register_gpa_request: return is_snp() ? answer_registration(v, request) : unknown(v, request);
    case Info::page_state_request: return is_snp() ? answer_page_state(v, request) : unknown(v, request);
    case Info::run_vmpl_request: return info(Info::run_vmpl) | msr::ErrorCode::put(1);  // no other VMPL is populated
    case Info::hv_features_request: return info(Info::hv_features) | msr::Features::put(is_snp() ? hv_features : 0);
    case Info::terminate:
      terminated(v, static_cast<u32>(msr::ReasonSet::get(request)), static_cast<u32>(msr::ReasonCode::get(request)), 0);
    default: return unknown(v, request);
  }
}

}  // namespace

void msr_protocol(Vcpu& v) {
  const u64 request = v.ghcb_msr;
  report::count_msr_protocol(msr::InfoField::get(request));
  if (msr::InfoField::get(request) == info(Info::ap_reset_hold_request)) return enter_reset_hold(v);
  u64 reply = answer(v, request);
  if (lies::chosen().msr_reply) lies::chosen().msr_reply(v, request, reply);
  v.ghcb_msr = reply;
}

void vmgexit(Vcpu& v) {
  if (msr::InfoField::get(v.ghcb_msr) == info(Info::ghcb_gpa)) return ghcb_exit(v);
  msr_protocol(v);
}

}  // namespace snp

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/snp/ghcb_page.hpp"

#include "lib/cc/sev/ghcb_msr.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/views.hpp"

namespace snp {

namespace {

using namespace cc::sev;

bool has_inputs(const Request& r, const char* needs) {
  for (; *needs; ++needs) {
    const usize offset = *needs == 'a'   ? offsetof(Ghcb, rax)
                         : *needs == 'b' ? offsetof(Ghcb, rbx)
                         : *needs == 'c' ? offsetof(Ghcb, rcx)
                         : *needs == 'd' ? offsetof(Ghcb, rdx)
                                         : offsetof(Ghcb, scratch);
    if (!r.valid(offset)) return false;
  }
  return true;
}

// [ghcb §2.6, §4.1]: what a guest must set whatever it asks for.
bool well_formed(Request& r) {
  if (is_snp() && r.v.registered_ghcb != r.gpa) return r.malformed(Malformed::not_registered), false;
  // KVM looks at the usage alone, and OVMF's SEC never writes a version: counted, not refused.
  if (!r.ghcb.version) ++report::counts().ghcb_without_version;
  if (r.ghcb.usage != ghcb_usage_standard || r.ghcb.version > ghcb_version_max)
    return r.malformed(Malformed::invalid_usage), false;
  if (!r.valid(offsetof(Ghcb, exit_code)) || !r.valid(offsetof(Ghcb, exit_info_1)) || !r.valid(offsetof(Ghcb, exit_info_2)))
    return r.malformed(Malformed::missing_input), false;
  return true;
}

void dispatch(Request& r, u64 code) {
  if (!well_formed(r)) return;
  for (const Event* e = events; e->handler; ++e) {
    if (static_cast<u64>(e->code) != code) continue;
    if (!has_inputs(r, e->needs)) return r.malformed(Malformed::missing_input);
    return e->handler(r);
  }
  report::event("unknown-vmgexit", r.v.apic_id, "\"code\": \"0x%x\"", code);
  r.malformed(Malformed::invalid_event);
}

}  // namespace

void Request::refuse(Malformed why) {
  set(ghcb.exit_info_1, static_cast<u64>(Reply::malformed));
  set(ghcb.exit_info_2, static_cast<u64>(why));
}

void Request::malformed(Malformed why) {
  report::event("malformed", v.apic_id, "\"reason\": %d, \"version\": %d, \"usage\": %d, \"code\": \"0x%x\", \"info1\": \"0x%x\"", static_cast<u64>(why), ghcb.version, ghcb.usage,
                ghcb.exit_code, ghcb.exit_info_1);
  refuse(why);
  report::violation(report::Violation::ghcb_protocol, v.apic_id, gpa, v.save().rip);
}

u8* Request::scratch(usize bytes, usize& room) {
  const u64 at = ghcb.scratch;
  const u64 start = gpa + offsetof(Ghcb, shared_buffer);
  if (at >= start && at < gpa + offsetof(Ghcb, reserved_11)) {
    room = gpa + offsetof(Ghcb, reserved_11) - at;
  } else {
    const rmp::Entry* e = rmp::find(at);
    room = e && !e->assigned ? 4096 - at % 4096 : 0;
  }
  if (room < bytes) return nullptr;
  return static_cast<u8*>(svm::views::pointer(at, false));
}

void ghcb_exit(Vcpu& v) {
  const u64 gpa = v.ghcb_msr & msr::Gfn::mask;
  const rmp::Entry* e = rmp::find(gpa);
  auto* ghcb = static_cast<Ghcb*>(svm::views::pointer(gpa, false));
  if (!e || e->assigned || !ghcb) {
    report::violation(report::Violation::ghcb_private, v.apic_id, gpa, v.save().rip);
    return;
  }
  Request r{v, *ghcb, gpa};
  const u64 code = ghcb->exit_code;
  report::count_vmgexit(code);
  if (lies::chosen().page_request) lies::chosen().page_request(v, code, *ghcb);
  if (!lies::chosen().page_answer || !lies::chosen().page_answer(v, code, *ghcb)) dispatch(r, code);
  if (lies::chosen().page_reply) lies::chosen().page_reply(v, code, *ghcb);
}

}  // namespace snp

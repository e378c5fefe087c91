// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/ghcb_msr.hpp"
#include "lib/cc/sev/vmsa.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/guest_memory.hpp"
#include "tests/machine/svm/views.hpp"

// Processors that the guest makes of a page of its own, and those that wait in reset hold [ghcb §4.1.10, §4.3; apm2 §15.36.9].
namespace snp {

namespace {

namespace msr = cc::sev::msr;
using report::Violation;

constexpr u8 hlt = 0xf4;

Vcpu* processor(u32 apic_id) {
  for (u32 i = 0; i < svm::vcpu_count(); ++i)
    if (svm::vcpu(i).present && svm::vcpu(i).apic_id == apic_id) return &svm::vcpu(i);
  return nullptr;
}

// Out of the guest for good, before its registers are replaced.
void halt(Vcpu& self, Vcpu& target) {
  target.state = svm::RunState::destroyed;
  svm::flush_others(self);
}

bool usable(Vcpu& v, u64 gpa, const cc::sev::Vmsa& vmsa, u64 sev_features) {
  const rmp::Entry& e = *rmp::find(gpa);
  if (gpa % 2_MiB == 0) {
    report::violation(Violation::vmsa_aligned, v.apic_id, gpa, v.save().rip);
    return false;
  }
  // An honest VMRUN fails on each of these [apm2 §15.36.9].
  const bool good = e.assigned && e.validated && e.vmsa && (vmsa.efer & svm::efer_svme) && vmsa.vmpl == 0 &&
                    vmsa.sev_features == sev_features && sev_features == sev_status() >> 2;
  if (!good) {
    report::event("vmsa", v.apic_id, "\"gpa\": \"0x%x\", \"efer\": \"0x%x\", \"vmpl\": %d, \"features\": \"0x%x\", \"rax\": \"0x%x\", \"attribute\": %d",
                  gpa, vmsa.efer, vmsa.vmpl, vmsa.sev_features, sev_features, e.vmsa);
    report::violation(Violation::vmsa_bad, v.apic_id, gpa, v.save().rip);
  }
  return good;
}

// Looked at closely when first asked, for one that is on its way into HLT; then now and then, for a kick is not cheap.
bool found_halted(Vcpu& v, Vcpu& target) {
  const u32 asked = target.asked_for++;
  for (unsigned tries = asked ? asked % 256 == 0 : 100; tries; --tries) {
    svm::flush_others(v);
    u8 before = 0;
    svm::read_linear(target, target.save().cs.base + target.save().rip - 1, &before, 1, true);
    if (before == hlt) return true;
  }
  return false;
}

}  // namespace

bool has_processor(u32 apic_id) { return processor(apic_id) != nullptr; }

// A processor inside the guest uses its save area [apm3 chapter 4, RMPADJUST]. HLT would have taken it out on hardware; here
// the instruction before the one at which a kick finds it tells.
bool release_save_area(Vcpu& v, u64 gpa) {
  for (u32 i = 0; i < svm::vcpu_count(); ++i) {
    Vcpu& target = svm::vcpu(i);
    if (target.state != svm::RunState::running || target.created_from != gpa) continue;
    if (!found_halted(v, target)) return false;
    halt(v, target);
  }
  return true;
}

bool create_processor(Vcpu& v, u32 apic_id, u64 gpa, u64 sev_features, bool on_init) {
  Vcpu* target = processor(apic_id);
  if (!target || target == &v || on_init || gpa % 4096 || !rmp::find(gpa)) return false;
  const auto* vmsa = static_cast<const cc::sev::Vmsa*>(svm::views::pointer(gpa, true));
  if (!usable(v, gpa, *vmsa, sev_features)) return false;
  halt(v, *target);
  svm::load(*target, *vmsa);
  target->created_from = gpa;
  target->asked_for = 0;
  target->state = svm::RunState::running;
  report::event("ap-create", apic_id, "\"vmsa\": \"0x%x\", \"rip\": \"0x%x\", \"cs\": \"0x%x\"", gpa, vmsa->rip, vmsa->cs.base);
  svm::wake(*target);
  return true;
}

bool destroy_processor(Vcpu& v, u32 apic_id) {
  Vcpu* target = processor(apic_id);
  if (!target || target == &v) return false;
  halt(v, *target);
  report::event("ap-destroy", apic_id);
  return true;
}

void enter_reset_hold(Vcpu& v) {
  v.state = svm::RunState::reset_hold;
  for (u32 i = 0; i < svm::vcpu_count(); ++i)
    if (svm::vcpu(i).state == svm::RunState::running) return;
  report::end(host::End::hung, "every processor waits for another to start it");
}

void release_from_reset_hold(Vcpu& target) {
  if (msr::InfoField::get(target.ghcb_msr) == static_cast<u64>(msr::Info::ap_reset_hold_request)) {
    target.ghcb_msr = static_cast<u64>(msr::Info::ap_reset_hold) | msr::Gfn::put(1);
  } else if (auto* ghcb = static_cast<cc::sev::Ghcb*>(svm::views::pointer(target.ghcb_msr & msr::Gfn::mask, false))) {
    ghcb->exit_info_2 = 1;
    ghcb->valid_bitmap[14] |= 1 << 4;
  }
  target.state = svm::RunState::running;
  report::event("ap-release", target.apic_id);
  svm::wake(target);
}

}  // namespace snp

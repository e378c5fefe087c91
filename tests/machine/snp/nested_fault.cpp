// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/bits.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/guest_memory.hpp"
#include "tests/machine/svm/views.hpp"

namespace snp {

namespace {

using report::Violation;
using Present = Bits<0>;
using Fetch = Bits<4>;  // EXITINFO1 of a nested page fault [apm2 §15.25.6]
using TableWalk = Bits<33>;
constexpr u64 not_validated = 0x404;

void say(Vcpu& v, Violation rule, u64 gpa) { report::violation(rule, v.apic_id, gpa, v.save().rip); }

// Private, and the page cannot be had. True when the run goes on with the page made usable.
bool repair_private(Vcpu& v, rmp::Entry& e, u64 gpa) {
  if (e.tampered) {
    vc(v, not_validated);
    return false;
  }
  say(v, e.assigned ? Violation::access_unvalidated : Violation::access_unassigned, gpa);
  if (!e.assigned) svm::flush_others(v);
  rmp::assign(gpa, false, true);
  return true;
}

// Hardware ignores the C-bit when it walks tables and fetches instructions.
void alias(Vcpu& v, rmp::Entry& e, u64 gpa, bool walk) {
  if (!e.assigned || !e.validated) {
    if (!repair_private(v, e, gpa)) return;
  }
  if (walk) {
    e.walk_alias = 1;
    ++report::counts().walk_alias;
  } else {
    e.fetch_alias = 1;
    ++report::counts().fetch_alias;
  }
  rmp::refresh(gpa);
}

void shared_access(Vcpu& v, u64 gpa, u64 info) {
  rmp::Entry* e = rmp::find(gpa);
  if (!e) return vc(v, svm::exit_code::npf);
  if (!e->assigned) {
    // Mapped, so this is a fetch, which only the no-execute bit stops.
    say(v, Violation::execute_shared, gpa);
    return repair_private(v, *e, gpa), void();
  }
  if (TableWalk::get(info)) return alias(v, *e, gpa, true);
  if (Fetch::get(info)) return alias(v, *e, gpa, false);
  // A host that had not shared it though it said so does it now.
  if (!e->tampered) say(v, Violation::shared_access_private, gpa);
  // Lenient from here on. A host that backs the image with ordinary memory shows its bytes.
  if (!svm::views::is_ram(gpa)) return alias(v, *e, gpa, true);
  svm::views::unmap_private(gpa);
  svm::flush_others(v);
  rmp::unassign(gpa);
}

}  // namespace

// Without an RMP the first use decides what a page without C-bit is: a table or code, and then private like every walk
// and fetch, or data that the guest shares.
bool choose_view(Vcpu& v) {
  const u64 address = v.vmcb().exit_info_2, info = v.vmcb().exit_info_1;
  const u64 gpa = address & ~4095ull;
  if ((address & svm::c_bit) || !v.paging() || !rmp::find(gpa)) return false;
  if (TableWalk::get(info)) {
    ++report::counts().walk_alias;
    svm::views::alias_for_walk(gpa, true);
  } else if (Fetch::get(info)) {
    ++report::counts().fetch_alias;
    svm::views::alias_for_fetch(gpa);
  } else if (svm::views::is_ram(gpa)) {
    svm::views::map_shared(gpa);
  } else if (Present::get(info)) {
    return false;  // a write to the image, which is ROM: the device side drops it
  } else {
    svm::views::alias_for_fetch(gpa);
  }
  return true;
}

void nested_fault(Vcpu& v) {
  ++report::counts().npf;
  const u64 address = v.vmcb().exit_info_2, info = v.vmcb().exit_info_1;
  const u64 gpa = address & ~svm::c_bit & ~4095ull;
  const bool encrypted = (address & svm::c_bit) || !v.paging();
  if (!is_snp()) return choose_view(v) ? void() : vc(v, svm::exit_code::npf);
  if (!encrypted) return shared_access(v, gpa, info);
  rmp::Entry* e = rmp::find(gpa);
  if (!e) return vc(v, svm::exit_code::npf);
  repair_private(v, *e, gpa);
}

}  // namespace snp

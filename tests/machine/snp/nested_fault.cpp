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
  say(v, Violation::shared_access_private, gpa);
  if (!svm::views::is_ram(gpa)) return vc(v, svm::exit_code::npf);
  svm::views::unmap_private(gpa);
  svm::flush_others(v);
  rmp::unassign(gpa);
}

// Encrypted guests without RMP: only what is no RAM faults.
void es_fault(Vcpu& v, u64 gpa, bool encrypted, u64 info) {
  if (encrypted || !(TableWalk::get(info) || Fetch::get(info))) return vc(v, svm::exit_code::npf);
  report::violation(Violation::execute_shared, v.apic_id, gpa, v.save().rip);
  svm::views::alias_for_walk(gpa, true);
}

}  // namespace

void nested_fault(Vcpu& v) {
  ++report::counts().npf;
  const u64 address = v.vmcb().exit_info_2, info = v.vmcb().exit_info_1;
  const u64 gpa = address & ~svm::c_bit & ~4095ull;
  const bool encrypted = (address & svm::c_bit) || !v.paging();
  if (!is_snp()) return es_fault(v, gpa, encrypted, info);
  if (!encrypted) return shared_access(v, gpa, info);
  rmp::Entry* e = rmp::find(gpa);
  if (!e) return vc(v, svm::exit_code::npf);
  repair_private(v, *e, gpa);
}

}  // namespace snp

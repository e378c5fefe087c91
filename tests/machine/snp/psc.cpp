// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/psc.hpp"

#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/views.hpp"

// Page state changes as a host makes them [ghcb §4.1.6].
namespace snp {

using namespace cc::sev;
using report::Violation;

namespace {

void to_private(Vcpu& v, u64 start, u64 bytes, bool large) {
  for (u64 gpa = start; gpa < start + bytes; gpa += 4096) svm::views::unmap_shared(gpa);
  svm::flush_others(v);
  for (u64 gpa = start; gpa < start + bytes; gpa += 4096) {
    if (!rmp::find(gpa)->assigned) {
      rmp::assign(gpa, large);
      continue;
    }
    report::violation(Violation::psc_repeated, v.apic_id, gpa, v.save().rip);
    rmp::take_back(gpa, large);
  }
}

void to_shared(Vcpu& v, u64 start, u64 bytes) {
  for (u64 gpa = start; gpa < start + bytes; gpa += 4096) {
    const rmp::Entry& e = *rmp::find(gpa);
    if (e.validated) report::violation(Violation::psc_validated, v.apic_id, gpa, v.save().rip);
    if (!e.assigned) report::violation(Violation::psc_repeated, v.apic_id, gpa, v.save().rip);
    if (e.large && bytes == 4096) rmp::smash(gpa);
    svm::views::unmap_private(gpa);
  }
  svm::flush_others(v);
  for (u64 gpa = start; gpa < start + bytes; gpa += 4096) rmp::unassign(gpa);
}

}  // namespace

u64 page_state_change(Vcpu& v, u64 operation, u64 gpa, bool large) {
  const u64 bytes = large ? 2_MiB : 4096;
  if (gpa % bytes) return psc::invalid_entry;
  for (u64 page = gpa; page < gpa + bytes; page += 4096)
    if (!svm::views::is_ram(page)) return psc::invalid_entry;
  if (lies::chosen().page_state && lies::chosen().page_state(v, operation, gpa, large)) return 0;
  if (operation == psc::to_private) to_private(v, gpa, bytes, large);
  else to_shared(v, gpa, bytes);
  ++report::counts().psc_entries[operation == psc::to_shared];
  return 0;
}

u64 page_state_change_list(Vcpu& v, u8* list, usize room) {
  ++report::counts().psc_lists;
  auto& header = *reinterpret_cast<psc::Header*>(list);
  auto* entries = reinterpret_cast<psc::Entry*>(list + sizeof header);
  const unsigned fits = static_cast<unsigned>((room - sizeof header) / sizeof *entries);
  if (header.end >= psc::max_entries || header.end >= fits || header.current > header.end) return psc::invalid_header;
  for (; header.current <= header.end; ++header.current) {
    psc::Entry& entry = entries[header.current];
    const u64 operation = psc::Operation::get(entry);
    if (operation != psc::to_private && operation != psc::to_shared) return psc::invalid_entry;
    if (psc::Reserved::get(entry) || psc::CurrentPage::get(entry)) return psc::invalid_entry;
    const bool large = psc::Large::get(entry);
    if (const u64 error = page_state_change(v, operation, psc::Gfn::get(entry) << 12, large)) return error;
    entry = psc::CurrentPage::set(entry, large ? 512 : 1);
  }
  return 0;
}

}  // namespace snp

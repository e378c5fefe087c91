// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/psc.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/views.hpp"

// Page state changes, PVALIDATE, and pages taken away.
namespace lies {

namespace {

using namespace cc::sev;
using svm::Vcpu;

struct List {
  psc::Header header;
  psc::Entry entries[psc::max_entries];
};
using Change = void (*)(Ghcb& ghcb, List& list);

template <Change change>
void on_list(Vcpu& v, u64 code, Ghcb& ghcb) {
  if (code != static_cast<u64>(Exit::page_state_change)) return;
  change(ghcb, *reinterpret_cast<List*>(ghcb.shared_buffer));
  told(v);
}

template <u64 code>
void error(Ghcb& ghcb, List&) { ghcb.exit_info_2 = code; }
void past_end(Ghcb&, List& list) { list.header.current = static_cast<u16>(list.header.end + 2); }
void far_past_end(Ghcb&, List& list) { list.header.current = 0xffff; }
void stuck(Ghcb&, List& list) { list.header.current = 0; }
// Forward first, then back: only who remembers notices.
void back(Ghcb&, List& list) {
  static bool again;
  list.header.current = again ? 0 : 1;
  again = true;
}
void end_grows(Ghcb&, List& list) {
  list.header.end = static_cast<u16>(list.header.end + 100);
  list.header.current = 1;
}
void end_shrinks(Ghcb&, List& list) { list.header.end = 0; }
void entries_rewritten(Ghcb&, List& list) {
  for (psc::Entry& entry : list.entries) entry = psc::Operation::put(psc::to_private) | psc::Gfn::put(0x80b);
}
void bits_beyond(Ghcb&, List& list) { list.header.reserved = ~0u; }

// The last page of every large entry is backed by a small one.
void smash_large(Ghcb&, List& list) {
  for (unsigned i = 0; i <= list.header.end && i < psc::max_entries; ++i) {
    const psc::Entry e = list.entries[i];
    if (psc::Large::get(e) && psc::Operation::get(e) == psc::to_private) snp::rmp::smash(psc::Gfn::get(e) << 12);
  }
}

template <u64 operation>
bool without_effect(Vcpu& v, u64 asked, u64 gpa, bool large) {
  if (asked != operation || (operation == psc::to_private && !v.long_mode())) return false;
  static u32 seen;
  if (operation == psc::to_private && ++seen != 2) return false;
  for (u64 at = gpa; at < gpa + (large ? 2_MiB : 4096); at += 4096) snp::rmp::find(at)->tampered = 1;
  told(v);
  return true;
}

template <Pvalidate outcome, bool when>
Pvalidate pvalidate(Vcpu& v, u64, bool, bool validate) {
  static u32 seen;
  if (validate != when || (when && ++seen != 3)) return Pvalidate::honest;
  told(v);
  return outcome;
}
Pvalidate small_mismatch(Vcpu& v, u64, bool large, bool) {
  if (large) return Pvalidate::honest;
  told(v);
  return Pvalidate::size_mismatch;
}
Pvalidate second_half_validated(Vcpu& v, u64, bool large, bool validate) {
  if (!validate) return Pvalidate::honest;
  if (large) return Pvalidate::size_mismatch;
  static u32 seen;
  if (++seen != 300) return Pvalidate::honest;
  told(v);
  return Pvalidate::unchanged;
}

// The host takes a page away behind the guest's back and gives a fresh one in its place.
void replace(Vcpu& v, u64 gpa) {
  snp::rmp::assign(gpa, false);
  snp::rmp::find(gpa)->tampered = 1;
  told(v);
}
template <u32 nth>
bool replaced_page(Vcpu& v, u64 gpa) {
  static u32 seen;
  if (++seen != nth) return false;
  replace(v, gpa);
  return true;
}
void replaced_secrets(Vcpu& v, u64 code, Ghcb&) {
  static bool done;
  if (done || code != static_cast<u64>(Exit::page_state_change)) return;
  done = true;
  replace(v, 0x80c000);  // the CPUID page
}

}  // namespace

const Scenario page_state_lies[] = {
    {.name = "psc-error", .page_reply = on_list<error<psc::generic_error>>},
    {.name = "psc-error-header", .page_reply = on_list<error<psc::invalid_header>>},
    {.name = "psc-error-entry", .page_reply = on_list<error<psc::invalid_entry>>},
    {.name = "psc-error-low-bits", .page_reply = on_list<error<1>>},
    {.name = "psc-cursor-past-end", .page_reply = on_list<past_end>},
    {.name = "psc-cursor-far-past-end", .page_reply = on_list<far_past_end>},
    {.name = "psc-cursor-stuck", .page_reply = on_list<stuck>},
    {.name = "psc-cursor-back", .page_reply = on_list<back>},
    {.name = "psc-end-grows", .page_reply = on_list<end_grows>},
    {.name = "psc-end-shrinks", .page_reply = on_list<end_shrinks>},
    {.name = "psc-entries-rewritten", .page_reply = on_list<entries_rewritten>},
    {.name = "psc-reserved-bits", .page_reply = on_list<bits_beyond>},
    {.name = "size-mismatch-storm", .page_reply = on_list<smash_large>},
    {.name = "psc-private-without-effect", .page_state = without_effect<psc::to_private>},
    {.name = "psc-shared-without-effect", .page_state = without_effect<psc::to_shared>},
    {.name = "pvalidate-already-validated", .pvalidate = pvalidate<Pvalidate::unchanged, true>},
    {.name = "pvalidate-fails", .pvalidate = pvalidate<Pvalidate::invalid_input, true>},
    {.name = "pvalidate-rescind-unchanged", .pvalidate = pvalidate<Pvalidate::unchanged, false>},
    {.name = "pvalidate-rescind-fails", .pvalidate = pvalidate<Pvalidate::invalid_input, false>},
    {.name = "pvalidate-small-mismatch", .pvalidate = small_mismatch},
    {.name = "pvalidate-partly-validated", .pvalidate = second_half_validated},
    {.name = "page-replaced", .validated = replaced_page<20>},
    {.name = "cpuid-page-replaced", .page_reply = replaced_secrets},
    {},
};

}  // namespace lies

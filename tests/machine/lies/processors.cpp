// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/lies/processors.hpp"

#include "lib/cc/sev/ghcb_msr.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/svm/deliver.hpp"
#include "tests/machine/svm/views.hpp"

// Lies about the processors that a guest lists, creates and destroys.
namespace lies {

namespace {

using namespace cc::sev;
using svm::Vcpu;

void not_offered(Vcpu& v, u64 request, u64& reply) {
  if (static_cast<msr::Info>(msr::InfoField::get(request)) != msr::Info::hv_features_request) return;
  reply &= ~(hv_apic_id_list << 12);
  told(v);
}

bool answer(Vcpu& v, Ghcb& ghcb, u64 info_1, u64 info_2) {
  ghcb.exit_info_1 = info_1;
  ghcb.exit_info_2 = info_2;
  told(v);
  return true;
}
constexpr u64 exception(u64 vector) { return svm::event_valid | svm::event_exception | vector; }

template <Exit asked, u64 info_1, u64 info_2, u64 action = ~0ull>
bool instead(Vcpu& v, u64 code, Ghcb& ghcb) {
  if (code != static_cast<u64>(asked) || (action != ~0ull && (ghcb.exit_info_1 & 0xffff) != action)) return false;
  return answer(v, ghcb, info_1, info_2);
}

template <usize count>
bool list(Vcpu& v, u64 code, Ghcb& ghcb, const u32 (&words)[count], u64 pages = 1, bool valid = true) {
  if (code != static_cast<u64>(Exit::apic_id_list)) return false;
  auto* to = static_cast<u32*>(svm::views::pointer(ghcb.exit_info_1, false));
  for (usize i = 0; i < count; ++i) to[i] = words[i];
  ghcb.rax = pages;
  const unsigned bit = valid_bit(offsetof(Ghcb, rax));
  ghcb.valid_bitmap[bit / 8] = static_cast<u8>((ghcb.valid_bitmap[bit / 8] & ~(1u << bit % 8)) | unsigned{valid} << bit % 8);
  return answer(v, ghcb, 0, 0);
}
constexpr u32 endless[] = {~0u, 0, 1, 2}, all[] = {3, 0, 1, 2}, doubles[] = {3, 0, 1, 1}, strangers[] = {3, 0, 40, 41}, alone[] = {1, 0}, empty[] = {0};
bool list_endless(Vcpu& v, u64 code, Ghcb& g) { return list(v, code, g, endless); }
bool list_needs_pages(Vcpu& v, u64 code, Ghcb& g) { return list(v, code, g, all, 100); }
bool list_doubles(Vcpu& v, u64 code, Ghcb& g) { return list(v, code, g, doubles); }
bool list_strangers(Vcpu& v, u64 code, Ghcb& g) { return list(v, code, g, strangers); }
bool list_alone(Vcpu& v, u64 code, Ghcb& g) { return list(v, code, g, alone); }
bool list_empty(Vcpu& v, u64 code, Ghcb& g) { return list(v, code, g, empty); }
bool list_not_valid(Vcpu& v, u64 code, Ghcb& g) { return list(v, code, g, all, 1, false); }

constexpr u64 create = static_cast<u64>(ApCreation::create), destroy = static_cast<u64>(ApCreation::destroy);
constexpr u64 malformed = static_cast<u64>(Reply::malformed), inject = static_cast<u64>(Reply::inject_event);
constexpr u64 invalid_input = static_cast<u64>(Malformed::invalid_input), not_registered = static_cast<u64>(Malformed::not_registered);

bool first_in_words(Vcpu& v, u64 code, Ghcb& ghcb) {
  static bool done;
  if (done || code != static_cast<u64>(Exit::ap_creation)) return false;
  return done = answer(v, ghcb, 0, 0);
}

bool created(const Vcpu& v) { return v.created_from != 0 && v.created_from != ~0ull; }

bool registers(const Vcpu& v, u64 request) {
  return created(v) && static_cast<msr::Info>(msr::InfoField::get(request)) == msr::Info::register_gpa_request;
}
void refuse_ghcb(Vcpu& v, u64 request, u64& reply) {
  if (!registers(v, request)) return;
  reply |= msr::no_gfn;
  told(v);
}
void confuse_ghcb(Vcpu& v, u64 request, u64& reply) {
  if (!registers(v, request)) return;
  reply = static_cast<u64>(msr::Info::register_gpa) | svm::vcpu(0).registered_ghcb;
  told(v);
}

// Before the n-th entry of a created processor that exits.
template <u64 event, u32 nth>
void on_created(Vcpu& v) {
  static u32 seen;
  if (!created(v) || ++seen != nth) return;
  told(v);
  if ((event & 0xff) != 29) return svm::inject(v, event);
  if (!svm::deliver(v, 29, event >> 32)) report::end(host::End::shut_down, "#VC could not be delivered");
}
constexpr u64 vc_of_cpuid = svm::exit_code::cpuid << 32 | 29;
constexpr u64 page_fault = svm::event_exception | svm::event_error_code | 14;

}  // namespace

const Scenario processor_lies[] = {
    {.name = "apic-list-not-offered", .msr_reply = not_offered},
    {.name = "apic-list-refused", .page_answer = instead<Exit::apic_id_list, malformed, invalid_input>},
    {.name = "apic-list-endless", .page_answer = list_endless},
    {.name = "apic-list-needs-pages", .page_answer = list_needs_pages},
    {.name = "apic-list-doubles", .page_answer = list_doubles},
    {.name = "apic-list-strangers", .page_answer = list_strangers},
    {.name = "apic-list-alone", .page_answer = list_alone},
    {.name = "apic-list-empty", .page_answer = list_empty},
    {.name = "apic-list-rax-not-valid", .page_answer = list_not_valid},
    {.name = "create-refused", .page_answer = instead<Exit::ap_creation, malformed, invalid_input, create>},
    {.name = "create-called-unregistered", .page_answer = instead<Exit::ap_creation, malformed, not_registered, create>},
    {.name = "create-gp", .page_answer = instead<Exit::ap_creation, inject, exception(13), create>},
    {.name = "create-page-fault", .page_answer = instead<Exit::ap_creation, inject, exception(14), create>},
    {.name = "create-reply-3", .page_answer = instead<Exit::ap_creation, 3, 0, create>},
    {.name = "create-without-effect", .page_answer = first_in_words},
    {.name = "own-ghcb-refused", .msr_reply = refuse_ghcb},
    {.name = "own-ghcb-is-anothers", .msr_reply = confuse_ghcb},
    {.name = "vc-at-beginning", .entry = on_created<vc_of_cpuid, 1>},
    {.name = "page-fault-at-beginning", .entry = on_created<page_fault, 1>},
    {.name = "destroy-without-effect", .page_answer = instead<Exit::ap_creation, 0, 0, destroy>},
    {.name = "destroy-refused", .page_answer = instead<Exit::ap_creation, malformed, invalid_input, destroy>},
    {.name = "nmi-at-work", .entry = on_created<svm::event_nmi | 2, 40>},
    {},
};

}  // namespace lies

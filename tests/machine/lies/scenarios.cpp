// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/ghcb_msr.hpp"
#include "lib/cc/sev/psc.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/views.hpp"

namespace lies {

namespace {

using namespace cc::sev;
using svm::Vcpu;

bool asks(u64 request, msr::Info info) { return msr::InfoField::get(request) == static_cast<u64>(info); }

void wrong_c_bit(Vcpu& v, u64 request, u64& reply) {
  if (!asks(request, msr::Info::sev_info_request)) return;
  reply = msr::InfoCBit::set(reply, 51);
  told(v);
}
void wrong_version(Vcpu& v, u64 request, u64& reply) {
  if (!asks(request, msr::Info::sev_info_request)) return;
  reply = msr::InfoVersionMin::set(msr::InfoVersionMax::set(reply, 9), 7);
  told(v);
}
void no_snp_feature(Vcpu& v, u64 request, u64& reply) {
  if (!asks(request, msr::Info::hv_features_request)) return;
  reply = msr::Features::set(reply, 0);
  told(v);
}
void refuse_ghcb(Vcpu& v, u64 request, u64& reply) {
  if (!asks(request, msr::Info::register_gpa_request)) return;
  reply |= msr::no_gfn;
  told(v);
}
void other_ghcb(Vcpu& v, u64 request, u64& reply) {
  if (!asks(request, msr::Info::register_gpa_request)) return;
  reply += 0x1000;
  told(v);
}
void wrong_info(Vcpu& v, u64 request, u64& reply) {
  if (!asks(request, msr::Info::page_state_request) && !asks(request, msr::Info::register_gpa_request)) return;
  reply = msr::InfoField::set(reply, 0x005);
  told(v);
}
void psc_error(Vcpu& v, u64 request, u64& reply) {
  if (!asks(request, msr::Info::page_state_request)) return;
  reply = msr::ErrorCode::set(reply, 1);
  told(v);
}

bool is(u64 code, Exit exit) { return code == static_cast<u64>(exit); }
psc::Header& list(Ghcb& ghcb) { return *reinterpret_cast<psc::Header*>(ghcb.shared_buffer); }

void psc_list_error(Vcpu& v, u64 code, Ghcb& ghcb) {
  if (!is(code, Exit::page_state_change)) return;
  ghcb.exit_info_2 = psc::generic_error;
  told(v);
}
void psc_cursor_past_end(Vcpu& v, u64 code, Ghcb& ghcb) {
  if (!is(code, Exit::page_state_change)) return;
  list(ghcb).current = 0x7fff;
  told(v);
}
void psc_cursor_back(Vcpu& v, u64 code, Ghcb& ghcb) {
  if (!is(code, Exit::page_state_change)) return;
  list(ghcb).current = 0;
  told(v);
}
void psc_end_grows(Vcpu& v, u64 code, Ghcb& ghcb) {
  if (!is(code, Exit::page_state_change)) return;
  list(ghcb).end += 100;
  list(ghcb).current = 1;
  told(v);
}
void reply_malformed(Vcpu& v, u64, Ghcb& ghcb) {
  ghcb.exit_info_1 = static_cast<u64>(Reply::malformed);
  ghcb.exit_info_2 = static_cast<u64>(Malformed::invalid_input);
  told(v);
}
void reply_unknown(Vcpu& v, u64, Ghcb& ghcb) {
  ghcb.exit_info_1 = 7;
  told(v);
}
// An exception that an honest host never asks for.
void reply_injects_page_fault(Vcpu& v, u64, Ghcb& ghcb) {
  ghcb.exit_info_1 = static_cast<u64>(Reply::inject_event);
  ghcb.exit_info_2 = svm::event_valid | svm::event_exception | 14;
  told(v);
}

void cpuid_too_many(CpuidPage& page) { page.count = cpuid_entries_max + 1; }
void cpuid_empty(CpuidPage& page) { page.count = 0; }
void cpuid_no_sev(CpuidPage& page) {
  for (u32 i = 0; i < page.count; ++i)
    if (page.entries[i].leaf == 0x8000'001f) page.entries[i].eax = page.entries[i].ebx = 0;
}
void cpuid_wrong_c_bit(CpuidPage& page) {
  for (u32 i = 0; i < page.count; ++i)
    if (page.entries[i].leaf == 0x8000'001f) page.entries[i].ebx = (page.entries[i].ebx & ~63u) | 5;
}

void status_without_es(u64& status) { status = msr::status_sev | msr::status_snp; }
void status_unknown_feature(u64& status) { status |= 1ull << 40; }
void status_vtom(u64& status) { status |= 1 << 3; }

// WeSee: a #VC whose reason is not what the instruction at RIP is.
void vc_wrong_code(Vcpu& v, u64& code) {
  if (!v.long_mode() || code != svm::exit_code::cpuid) return;
  code = svm::exit_code::msr;
  told(v);
}
void vc_vmmcall(Vcpu& v, u64& code) {
  if (!v.long_mode() || code != svm::exit_code::cpuid) return;
  code = svm::exit_code::vmmcall;
  told(v);
}

// The host takes a page away behind the guest's back and gives a fresh one in its place.
bool replay_page(Vcpu& v, u64 gpa) {
  static u32 seen;
  if (++seen != 100) return false;
  snp::rmp::assign(gpa, false);
  snp::rmp::find(gpa)->tampered = 1;
  told(v);
  return true;
}

}  // namespace

const Scenario scenarios[] = {
    {.name = "c-bit-moved", .what = "SEV_INFO names another C-bit than CPUID", .msr_reply = wrong_c_bit},
    {.name = "version-unknown", .what = "no common GHCB version", .msr_reply = wrong_version},
    {.name = "no-snp-feature", .what = "hypervisor features without SNP", .msr_reply = no_snp_feature},
    {.name = "ghcb-refused", .what = "GHCB registration refused", .msr_reply = refuse_ghcb},
    {.name = "ghcb-moved", .what = "GHCB registered elsewhere", .msr_reply = other_ghcb},
    {.name = "msr-wrong-reply", .what = "reply to another question", .msr_reply = wrong_info},
    {.name = "msr-psc-error", .what = "page state change by MSR fails", .msr_reply = psc_error},
    {.name = "psc-error", .what = "page state change list fails", .page_reply = psc_list_error},
    {.name = "psc-cursor-past-end", .what = "list cursor beyond its end", .page_reply = psc_cursor_past_end},
    {.name = "psc-cursor-back", .what = "list cursor never moves", .page_reply = psc_cursor_back},
    {.name = "psc-end-grows", .what = "list grows during the exit", .page_reply = psc_end_grows},
    {.name = "reply-malformed", .what = "every GHCB exit is called malformed", .page_reply = reply_malformed},
    {.name = "reply-unknown", .what = "GHCB exits end in a code unknown", .page_reply = reply_unknown},
    {.name = "reply-page-fault", .what = "host asks for a #PF", .page_reply = reply_injects_page_fault},
    {.name = "cpuid-too-many", .what = "CPUID page counts 65 entries", .cpuid_page = cpuid_too_many},
    {.name = "cpuid-empty", .what = "CPUID page is empty", .cpuid_page = cpuid_empty},
    {.name = "cpuid-no-sev", .what = "CPUID page denies SEV", .cpuid_page = cpuid_no_sev},
    {.name = "cpuid-c-bit-low", .what = "CPUID page puts the C-bit at 5", .cpuid_page = cpuid_wrong_c_bit},
    {.name = "status-snp-without-es", .what = "SEV_STATUS claims SNP without ES", .sev_status = status_without_es},
    {.name = "status-unknown-feature", .what = "SEV_STATUS bit 40", .sev_status = status_unknown_feature},
    {.name = "status-vtom", .what = "SEV_STATUS claims virtual TOM", .sev_status = status_vtom},
    {.name = "vc-wrong-code", .what = "#VC with MSR as reason for a CPUID", .vc = vc_wrong_code},
    {.name = "vc-vmmcall", .what = "#VC with VMMCALL as reason for a CPUID", .vc = vc_vmmcall},
    {.name = "replay-page", .what = "a validated page is replaced by a fresh one", .validated = replay_page},
    {.name = nullptr, .what = nullptr},
};

}  // namespace lies

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/handoff/layout.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/deliver.hpp"

// Exceptions and interrupts that the host makes up.
namespace lies {

namespace {

using svm::Vcpu;
namespace code = svm::exit_code;

// The reason of an honest #VC, replaced: in the reset code, or later.
template <bool late, u64 honest, u64 said>
void instead(Vcpu& v, u64& reason) {
  if (v.long_mode() != late || reason != honest) return;
  reason = said;
  told(v);
}
template <u64 honest, u64 said>
constexpr auto early = instead<false, honest, said>;
template <u64 honest, u64 said>
constexpr auto late = instead<true, honest, said>;

constexpr u64 flash = 0xf000'0000;
bool in_reset_32(const Vcpu& v) { return !v.long_mode(); }
bool in_reset_64(const Vcpu& v) { return v.long_mode() && v.save().rip >= flash; }
bool in_ram(const Vcpu& v) { return v.long_mode() && v.save().rip < flash; }

constexpr u64 interrupt(u8 vector) { return vector; }
constexpr u64 exception(u8 vector, bool error_code = false) { return svm::event_exception | (error_code ? svm::event_error_code : 0) | vector; }
constexpr u64 nmi = svm::event_nmi | 2;
// QEMU pushes no error code for vector 29, so a #VC goes in by hand.
constexpr u64 vc(u64 reason) { return reason << 32 | exception(29, true); }

void raise(Vcpu& v, u64 event) {
  told(v);
  if ((event & 0xff) != 29) return svm::inject(v, event);
  if (!svm::deliver(v, 29, event >> 32)) report::end(host::End::shut_down, "#VC could not be delivered");
}

// An event at an exit that has nothing to do with it: the n-th of those, or every one from there on.
template <u64 event, u32 nth, bool (*where)(const Vcpu&) = in_ram>
void once(Vcpu& v) {
  static u32 seen;
  if (where(v) && ++seen == nth) raise(v, event);
}
template <u64 event, u32 nth, bool (*where)(const Vcpu&) = in_ram>
void always(Vcpu& v) {
  static u32 seen;
  if (where(v) && ++seen >= nth) raise(v, event);
}
// Real mode has no memory for a handler's stack: the interrupt table's page is not the guest's yet, either.
template <u64 event>
void at_reset(Vcpu& v) {
  snp::rmp::find(0)->tampered = 1;
  raise(v, event);
}
// In long mode the reset code gives no cause for an exit; a page taken from it does.
void take_work_area(Vcpu& v) {
  static bool done;
  if (done || !in_reset_64(v)) return;
  done = true;
  snp::rmp::assign(layout::work_area, false);
  snp::rmp::find(layout::work_area)->tampered = 1;
  told(v);
}
template <u64 event>
void with_it(Vcpu& v, u64&) {
  if (in_reset_64(v)) raise(v, event);
}
// The handler of CPUID's #VC asks the host what only the host knows.
bool handling;
void note_handling(Vcpu& v, u64&) { handling = v.long_mode(); }
void within_vc(Vcpu& v, u64 asked, cc::sev::Ghcb&) {
  if (handling && asked == code::cpuid) raise(v, vc(code::cpuid));
}

}  // namespace

const Scenario exception_lies[] = {
    {.name = "early-vc-msr", .vc = early<code::cpuid, code::msr>},
    {.name = "early-vc-port", .vc = early<code::cpuid, code::ioio>},
    {.name = "early-vc-zero", .vc = early<code::cpuid, 0>},
    {.name = "vc-cpuid-called-msr", .vc = late<code::cpuid, code::msr>},
    {.name = "vc-cpuid-called-vmmcall", .vc = late<code::cpuid, code::vmmcall>},
    {.name = "vc-cpuid-called-port", .vc = late<code::cpuid, code::ioio>},
    {.name = "vc-cpuid-called-npf", .vc = late<code::cpuid, code::npf>},
    {.name = "vc-cpuid-called-unknown", .vc = late<code::cpuid, 0x1234>},
    {.name = "vc-port-called-msr", .vc = late<code::ioio, code::msr>},
    {.name = "vc-port-called-cpuid", .vc = late<code::ioio, code::cpuid>},
    {.name = "vc-msr-called-cpuid", .vc = late<code::msr, code::cpuid>},
    {.name = "vc-msr-called-port", .vc = late<code::msr, code::ioio>},
    {.name = "vc-wbinvd-called-rdtsc", .vc = late<code::wbinvd, code::rdtsc>},
    {.name = "vc-dr7-called-vmmcall", .vc = late<code::dr7_read, code::vmmcall>},
    {.name = "vc-before-handler", .entry = once<vc(code::cpuid), 2>},
    {.name = "vc-cpuid-at-vmgexit", .entry = once<vc(code::cpuid), 100>},
    {.name = "vc-vmmcall-at-vmgexit", .entry = once<vc(code::vmmcall), 100>},
    {.name = "vc-npf-at-vmgexit", .entry = once<vc(code::npf), 100>},
    {.name = "nmi-at-vmgexit", .entry = once<nmi, 100>},
    {.name = "nmi-before-ghcb", .entry = once<nmi, 1>},
    {.name = "machine-check", .entry = once<exception(18), 100>},
    {.name = "page-fault-made-up", .entry = once<exception(14, true), 100>},
    {.name = "double-fault-made-up", .entry = once<exception(8, true), 100>},
    {.name = "interrupt-while-off", .entry = once<interrupt(0x60), 100>},
    {.name = "breakpoint-made-up", .entry = once<exception(3), 100>},
    {.name = "hv-made-up", .entry = once<exception(28), 100>},
    // The windows of the reset code.
    {.name = "reset-nmi", .first_entry = at_reset<nmi>},
    {.name = "early-nmi", .entry = once<nmi, 1, in_reset_32>},
    {.name = "early-interrupt", .entry = once<interrupt(0x20), 1, in_reset_32>},
    {.name = "early-gp", .entry = once<exception(13, true), 1, in_reset_32>},
    {.name = "early-page-fault", .entry = once<exception(14, true), 2, in_reset_32>},
    {.name = "early-double-fault", .entry = once<exception(8, true), 3, in_reset_32>},
    {.name = "early-machine-check", .entry = once<exception(18), 4, in_reset_32>},
    {.name = "early-vc", .entry = once<vc(code::msr), 2, in_reset_32>},
    {.name = "early-vc-nested", .entry = once<vc(code::cpuid), 2, in_reset_32>},
    {.name = "between-interrupt-tables", .entry = once<nmi, 1, in_reset_64>},
    {.name = "long-mode-page-taken", .entry = take_work_area},
    {.name = "long-mode-nmi", .vc = with_it<nmi>, .entry = take_work_area},
    {.name = "long-mode-interrupt", .vc = with_it<interrupt(0x20)>, .entry = take_work_area},
    {.name = "long-mode-gp", .vc = with_it<exception(13, true)>, .entry = take_work_area},
    // At every exit.
    {.name = "nmi-storm-from-start", .entry = always<nmi, 1, in_reset_32>},
    {.name = "gp-storm-from-start", .entry = always<exception(13, true), 1, in_reset_32>},
    {.name = "vc-storm-from-start", .entry = always<vc(code::cpuid), 1, in_reset_32>},
    {.name = "interrupt-storm-from-start", .entry = always<interrupt(0x20), 1, in_reset_32>},
    {.name = "interrupt-storm", .entry = always<interrupt(0x30), 1>},
    {.name = "interrupt-storm-later", .entry = always<interrupt(0x30), 1000>},
    {.name = "interrupt-storm-beyond-table", .entry = always<interrupt(0xf0), 1000>},
    {.name = "timer-storm", .entry = always<interrupt(0x20), 1000>},
    {.name = "nmi-storm", .entry = always<nmi, 1000>},
    {.name = "vc-storm", .entry = always<vc(code::cpuid), 1000>},
    {.name = "vc-msr-storm", .entry = always<vc(code::msr), 1000>},
    {.name = "vc-npf-storm", .entry = always<vc(code::npf), 1000>},
    {.name = "page-fault-storm", .entry = always<exception(14, true), 1000>},
    {.name = "double-fault-storm", .entry = always<exception(8, true), 1000>},
    {.name = "machine-check-storm", .entry = always<exception(18), 1000>},
    {.name = "vc-within-vc", .page_reply = within_vc, .vc = note_handling},
    {},
};

}  // namespace lies

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/lies/lies.hpp"

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

// From SEC on; the last instructions of the reset code, in long mode, have no handlers yet.
bool has_handlers(const Vcpu& v) { return v.long_mode() && v.save().rip < 0xf000'0000; }

// An event at an exit that has none to do with it: before the n-th entry in long mode.
template <u64 event, u32 nth, bool error_code = false>
void inject_at(Vcpu& v) {
  static u32 seen;
  if (!has_handlers(v) || ++seen != nth) return;
  svm::inject(v, event | (error_code ? svm::event_error_code : 0));
  told(v);
}
template <u64 reason, u32 nth>
void vc_at(Vcpu& v) {
  static u32 seen;
  if (!has_handlers(v) || ++seen != nth) return;
  svm::inject(v, svm::event_exception | svm::event_error_code | reason << 32 | 29);
  told(v);
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
    {.name = "vc-before-handler", .entry = vc_at<code::cpuid, 2>},
    {.name = "vc-cpuid-at-vmgexit", .entry = vc_at<code::cpuid, 100>},
    {.name = "vc-vmmcall-at-vmgexit", .entry = vc_at<code::vmmcall, 100>},
    {.name = "vc-npf-at-vmgexit", .entry = vc_at<code::npf, 100>},
    {.name = "nmi-at-vmgexit", .entry = inject_at<svm::event_nmi | 2, 100>},
    {.name = "nmi-before-ghcb", .entry = inject_at<svm::event_nmi | 2, 1>},
    {.name = "machine-check", .entry = inject_at<svm::event_exception | 18, 100>},
    {.name = "page-fault-made-up", .entry = inject_at<svm::event_exception | 14, 100, true>},
    {.name = "double-fault-made-up", .entry = inject_at<svm::event_exception | 8, 100, true>},
    {.name = "interrupt-while-off", .entry = inject_at<0x60, 100>},
    {.name = "breakpoint-made-up", .entry = inject_at<svm::event_exception | 3, 100>},
    {.name = "hv-made-up", .entry = inject_at<svm::event_exception | 28, 100>},
    {},
};

}  // namespace lies

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/ghcb_msr.hpp"
#include "tests/machine/lies/lies.hpp"

namespace lies {

namespace {

using namespace cc::sev;
using svm::Vcpu;
using msr::Info;
using Change = u64 (*)(u64 reply);

// The reply to one kind of request, replaced.
template <Info asked, Change change>
void reply_to(Vcpu& v, u64 request, u64& reply) {
  if (msr::InfoField::get(request) != static_cast<u64>(asked)) return;
  reply = change(reply);
  told(v);
}
// Only from SEC on; the reset code has asked before.
template <Info asked, Change change>
void reply_later(Vcpu& v, u64 request, u64& reply) {
  if (v.long_mode()) reply_to<asked, change>(v, request, reply);
}
template <unsigned which, Change change>
void reply_to_cpuid(Vcpu& v, u64 request, u64& reply) {
  if (msr::CpuidFunction::get(request) != 0x8000'001f || msr::CpuidRegister::get(request) != which) return;
  reply_to<Info::cpuid_request, change>(v, request, reply);
}

// Wherever the host is asked for the position of the C-bit.
template <u64 position>
void c_bit_everywhere(Vcpu& v, u64 request, u64& reply) {
  reply_to<Info::sev_info_request, [](u64 r) { return msr::InfoCBit::set(r, position); }>(v, request, reply);
  reply_to_cpuid<1, [](u64 r) { return msr::CpuidValue::set(r, position); }>(v, request, reply);
}
u64 other_answer(u64 reply) { return msr::InfoField::set(reply, static_cast<u64>(Info::cpuid)); }
u64 other_answer_to_cpuid(u64 reply) { return msr::InfoField::set(reply, static_cast<u64>(Info::sev_info)); }
u64 nothing(u64) { return 0; }
template <u64 position>
u64 c_bit_at(u64 reply) { return msr::InfoCBit::set(reply, position); }
template <u64 min, u64 max>
u64 versions(u64 reply) { return msr::InfoVersionMin::set(msr::InfoVersionMax::set(reply, max), min); }
u64 no_features(u64 reply) { return msr::Features::set(reply, 0); }
u64 every_feature(u64 reply) { return msr::Features::set(reply, ~0ull >> 12); }
u64 no_gfn(u64 reply) { return reply | msr::no_gfn; }
u64 next_gfn(u64 reply) { return reply + 0x1000; }
u64 failed(u64 reply) { return msr::ErrorCode::set(reply, 1); }
u64 reserved_bits(u64 reply) { return reply | 1 << 20; }
u64 register_mixed_up(u64 reply) { return reply ^ 3 << 30; }
template <u64 value>
u64 cpuid_value(u64 reply) { return msr::CpuidValue::set(reply, value); }

}  // namespace

const Scenario msr_protocol_lies[] = {
    {.name = "sev-info-code", .msr_reply = reply_to<Info::sev_info_request, other_answer>},
    {.name = "sev-info-code-later", .msr_reply = reply_later<Info::sev_info_request, other_answer>},
    {.name = "sev-info-zero", .msr_reply = reply_to<Info::sev_info_request, nothing>},
    {.name = "c-bit-moved", .msr_reply = reply_to<Info::sev_info_request, c_bit_at<51>>},
    {.name = "c-bit-moved-later", .msr_reply = reply_later<Info::sev_info_request, c_bit_at<51>>},
    {.name = "c-bit-31", .msr_reply = reply_to<Info::sev_info_request, c_bit_at<31>>},
    {.name = "c-bit-cpuid-31", .msr_reply = reply_to_cpuid<1, cpuid_value<31>>},
    {.name = "c-bit-cpuid-51", .msr_reply = reply_to_cpuid<1, cpuid_value<51>>},
    {.name = "c-bit-46-everywhere", .msr_reply = c_bit_everywhere<46>},
    {.name = "c-bit-51-everywhere", .msr_reply = c_bit_everywhere<51>},
    {.name = "versions-too-new", .msr_reply = reply_to<Info::sev_info_request, versions<7, 9>>},
    {.name = "versions-too-old", .msr_reply = reply_to<Info::sev_info_request, versions<1, 1>>},
    {.name = "versions-inverted", .msr_reply = reply_to<Info::sev_info_request, versions<3, 1>>},
    {.name = "features-code", .msr_reply = reply_to<Info::hv_features_request, other_answer>},
    {.name = "features-none", .msr_reply = reply_to<Info::hv_features_request, no_features>},
    {.name = "features-all", .msr_reply = reply_to<Info::hv_features_request, every_feature>},
    {.name = "ghcb-register-code", .msr_reply = reply_to<Info::register_gpa_request, other_answer>},
    {.name = "ghcb-refused", .msr_reply = reply_to<Info::register_gpa_request, no_gfn>},
    {.name = "ghcb-moved", .msr_reply = reply_to<Info::register_gpa_request, next_gfn>},
    {.name = "page-state-msr-code", .msr_reply = reply_to<Info::page_state_request, other_answer>},
    {.name = "page-state-msr-error", .msr_reply = reply_to<Info::page_state_request, failed>},
    {.name = "page-state-msr-reserved", .msr_reply = reply_to<Info::page_state_request, reserved_bits>},
    {.name = "cpuid-msr-code", .msr_reply = reply_to<Info::cpuid_request, other_answer_to_cpuid>},
    {.name = "cpuid-msr-reserved", .msr_reply = reply_to<Info::cpuid_request, reserved_bits>},
    {.name = "cpuid-msr-register", .msr_reply = reply_to<Info::cpuid_request, register_mixed_up>},
    {.name = "cpuid-msr-denies-sev", .msr_reply = reply_to_cpuid<0, cpuid_value<0>>},
    {},
};

}  // namespace lies

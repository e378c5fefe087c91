// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/lies/lies.hpp"

// What comes back in the GHCB.
namespace lies {

namespace {

using namespace cc::sev;
using svm::Vcpu;

template <u32 value>
void reply(Vcpu& v, u64, Ghcb& ghcb) {
  ghcb.exit_info_1 = value;
  told(v);
}
template <u32 why>
void malformed(Vcpu& v, u64, Ghcb& ghcb) {
  ghcb.exit_info_1 = static_cast<u64>(Reply::malformed);
  ghcb.exit_info_2 = why;
  told(v);
}
template <u64 wanted, Exit asked = Exit::ioio>
void event(Vcpu& v, u64 code, Ghcb& ghcb) {
  if (code != static_cast<u64>(asked)) return;
  ghcb.exit_info_1 = static_cast<u64>(Reply::inject_event);
  ghcb.exit_info_2 = wanted;
  told(v);
}
constexpr u64 of_type(u64 type, u64 vector) { return svm::event_valid | type << 8 | vector; }

template <Exit asked, usize offset>
void not_valid(Vcpu& v, u64 code, Ghcb& ghcb) {
  if (code != static_cast<u64>(asked)) return;
  ghcb.valid_bitmap[valid_bit(offset) / 8] &= static_cast<u8>(~(1u << valid_bit(offset) % 8));
  told(v);
}
void everything_valid(Vcpu& v, u64, Ghcb& ghcb) {
  for (u8& byte : ghcb.valid_bitmap) byte = 0xff;
  told(v);
}
void high_halves(Vcpu& v, u64 code, Ghcb& ghcb) {
  ghcb.exit_info_1 |= 0xdead'beefull << 32;
  if (code == static_cast<u64>(Exit::ioio) || code == static_cast<u64>(Exit::msr)) ghcb.rax |= 0xdead'beefull << 32;
  told(v);
}
// Everything of the page but what the honest answer says.
void scribbled(Vcpu& v, u64 code, Ghcb& ghcb) {
  ghcb.exit_code = ~code;
  ghcb.scratch = 0x80b000;
  ghcb.version = 0xffff;
  ghcb.usage = ~0u;
  ghcb.rsp = ghcb.rip = ghcb.rbp = ~0ull;
  told(v);
}
template <u8 bit>
void cpuid_hint_everything(Vcpu& v, u64 code, Ghcb& ghcb) {
  if (code != static_cast<u64>(Exit::cpuid)) return;
  ghcb.rax = ghcb.rbx = ghcb.rcx = ghcb.rdx = bit ? ~0ull : 0;
  told(v);
}

}  // namespace

const Scenario reply_lies[] = {
    {.name = "reply-3", .page_reply = reply<3>},
    {.name = "reply-7", .page_reply = reply<7>},
    {.name = "reply-all-ones", .page_reply = reply<~0u>},
    {.name = "malformed-0", .page_reply = malformed<0>},
    {.name = "malformed-not-registered", .page_reply = malformed<1>},
    {.name = "malformed-usage", .page_reply = malformed<2>},
    {.name = "malformed-scratch", .page_reply = malformed<3>},
    {.name = "malformed-missing-input", .page_reply = malformed<4>},
    {.name = "malformed-invalid-input", .page_reply = malformed<5>},
    {.name = "malformed-invalid-event", .page_reply = malformed<6>},
    {.name = "malformed-all-ones", .page_reply = malformed<~0u>},
    {.name = "event-interrupt", .page_reply = event<of_type(0, 0x20)>},
    {.name = "event-nmi", .page_reply = event<of_type(2, 2)>},
    {.name = "event-software-interrupt", .page_reply = event<of_type(4, 0x80)>},
    {.name = "event-type-1", .page_reply = event<of_type(1, 13)>},
    {.name = "event-type-7", .page_reply = event<of_type(7, 13)>},
    {.name = "event-not-valid", .page_reply = event<3 << 8 | 13>},
    {.name = "event-divide-error", .page_reply = event<of_type(3, 0)>},
    {.name = "event-debug", .page_reply = event<of_type(3, 1)>},
    {.name = "event-double-fault", .page_reply = event<of_type(3, 8)>},
    {.name = "event-page-fault", .page_reply = event<of_type(3, 14)>},
    {.name = "event-machine-check", .page_reply = event<of_type(3, 18)>},
    {.name = "event-hv", .page_reply = event<of_type(3, 28)>},
    {.name = "event-vc", .page_reply = event<of_type(3, 29)>},
    {.name = "event-exception-31", .page_reply = event<of_type(3, 31)>},
    {.name = "event-exception-200", .page_reply = event<of_type(3, 200)>},
    {.name = "event-gp-at-port", .page_reply = event<of_type(3, 13)>},
    {.name = "event-ud-at-port", .page_reply = event<of_type(3, 6)>},
    {.name = "event-gp-at-msr", .page_reply = event<of_type(3, 13), Exit::msr>},
    {.name = "event-gp-at-mmio", .page_reply = event<of_type(3, 13), Exit::mmio_read>},
    {.name = "event-gp-at-psc", .page_reply = event<of_type(3, 13), Exit::page_state_change>},
    {.name = "port-rax-not-valid", .page_reply = not_valid<Exit::ioio, offsetof(Ghcb, rax)>},
    {.name = "msr-rax-not-valid", .page_reply = not_valid<Exit::msr, offsetof(Ghcb, rax)>},
    {.name = "msr-rdx-not-valid", .page_reply = not_valid<Exit::msr, offsetof(Ghcb, rdx)>},
    {.name = "cpuid-rax-not-valid", .page_reply = not_valid<Exit::cpuid, offsetof(Ghcb, rax)>},
    {.name = "cpuid-rbx-not-valid", .page_reply = not_valid<Exit::cpuid, offsetof(Ghcb, rbx)>},
    {.name = "cpuid-rcx-not-valid", .page_reply = not_valid<Exit::cpuid, offsetof(Ghcb, rcx)>},
    {.name = "cpuid-rdx-not-valid", .page_reply = not_valid<Exit::cpuid, offsetof(Ghcb, rdx)>},
    {.name = "everything-valid", .page_reply = everything_valid},
    {.name = "high-halves", .page_reply = high_halves},
    {.name = "ghcb-scribbled", .page_reply = scribbled},
    {.name = "cpuid-hints-ones", .page_reply = cpuid_hint_everything<1>},
    {.name = "cpuid-hints-zeros", .page_reply = cpuid_hint_everything<0>},
    {},
};

}  // namespace lies

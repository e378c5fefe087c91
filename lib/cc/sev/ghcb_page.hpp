// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"
#include "lib/cc/sev/ghcb.hpp"

// Requests by way of a GHCB page [ghcb §4.1]. The page belongs to the host while it works on it: what it answers
// is copied out once, and only fields that it marked valid are looked at.
namespace cc::sev {

struct Request {
  Exit code;
  u64 info_1 = 0, info_2 = 0;
  bool has_rax = false, has_rcx = false, has_rdx = false, has_scratch = false, has_xcr0 = false;
  bool may_be_refused = false;  // "invalid input" is an answer like others: not_found
  u64 rax = 0, rcx = 0, rdx = 0, scratch = 0, xcr0 = 0;
};
struct Answer {
  u64 info_2;
  u64 rax, rbx, rcx, rdx;
  // Terminates when the host did not mark a register valid that the event must return.
  void require(bool want_rax, bool want_rbx = false, bool want_rcx = false, bool want_rdx = false) const;
  bool has_rax, has_rbx, has_rcx, has_rdx;
};

void use_ghcb(Gpa page);  // the boot processor's
bool has_ghcb();
// The others': see cc::assign_ghcbs.
void assign_pages(PageRange memory, u64 stride, PageRange pages);
Gpa own_page();
void use_own_page(bool yes);  // not before the host knows it

bool on_boot_processor();
// Is the processor that asks at work on a #VC?
bool handles_exception();
void note_exception(bool handled_now);

// device_error: the host had #GP or #UD raised instead. Everything else that is not success terminates, but what the
// request says may happen.
Result<Answer> ghcb_call(const Request& request);

// The page's shared buffer, for events that pass data through it. Valid until the next call.
std::span<u8> shared_buffer();
u64 shared_buffer_address();

}  // namespace cc::sev

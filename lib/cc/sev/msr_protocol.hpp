// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/cc/reason.hpp"
#include "lib/cc/sev/ghcb_msr.hpp"

// The GHCB MSR protocol [ghcb §2.3.1]: what can be said without a GHCB. A wrong answer ends the guest.
namespace cc::sev {

u64 msr_call(u64 request, msr::Info expected);

// Protocol version 2 in common, and the C-bit that the page tables use.
void check_sev_info(u64 private_mask);
u64 hypervisor_features();
void register_ghcb(Gpa page);
// One 4 KiB page; PVALIDATE is the caller's.
void change_page_state(Gpa page, u64 operation);

[[noreturn]] void request_termination(Reason reason);

}  // namespace cc::sev

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/interrupts.hpp"

namespace cc::sev {

// #VC for code that is not ours: what the firmware itself does goes through the GHCB without trapping. The bytes
// at RIP must be the instruction that the error code names, or the host made the exception up (CVE-2024-25742).
// False: the error code is none that can be emulated.
bool handle_vc(arch::InterruptFrame& frame);

}  // namespace cc::sev

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// This processor's local APIC, xAPIC or x2APIC [apm2 §16.3, §16.11].
namespace mp::apic {

using namespace base;

// Interrupt command, low half [apm2 §16.5].
inline constexpr u32 init = 0x4500, start_up = 0x4600, fixed = 0x4000, nmi = 0x4400, to_all_others = 3 << 18;

// Whoever runs first says which mode all processors use.
void use_x2apic();
void adopt_mode();   // the boot processor's, as it finds it
void join_mode();    // another's, the same as the boot processor's

void enable();
void disable();
void end_of_interrupt();
void send(u32 apic_id, u32 command);
void send_to_others(u32 command);

// From CPUID 0x1F, 0xB or 1: the register may be narrower.
u32 own_id();

}  // namespace mp::apic

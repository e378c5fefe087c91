// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace core {

using namespace base;

// Time since the clock started, in 100 ns units, from the ACPI PM timer (3.579545 MHz, 24 bits [acpi §4.8.3.3]).
// The local APIC's interrupt only wakes us; how often it comes never changes what time it is.
inline constexpr u64 clock_tick = 10'0000;  // 10 ms

void init_clock(u16 pm_timer_port);
void stop_clock();
// After stop_clock(), on whatever processor is the boot processor then.
void start_ticks();
u64 clock_now();
void stall(u64 microseconds);
// Halts for about so long, at most a tick. False, at once, where no interrupt of ours would end it.
bool rest(u32 microseconds);

// Time stamp counter ticks per microsecond, measured over the life of the clock; 0 until some time has passed.
u64 tsc_per_microsecond();

}  // namespace core

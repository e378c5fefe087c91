// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/interrupts.hpp"

namespace cc::sev {

// Does what the instruction at RIP wants of a device's registers, and steps over it. Only what is mapped shared can be a
// device: a fault on private memory is the host taking a page away, and to emulate that would hand it our data.
void emulate_mmio(arch::InterruptFrame& frame);

}  // namespace cc::sev

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/interrupts.hpp"
#include "lib/base/address.hpp"

// The interrupt descriptor table of a phase. A vector without a handler ends in a crash report.
namespace interrupt {

using namespace base;

using Handler = void (*)(arch::InterruptFrame& frame);

// Installs the table; entries use the current code segment. Exceptions 8 (#DF) and 14 (#PF) use the interrupt
// stack table's first entry when `has_task_state`, so that an overflowed stack can still be reported.
void init(bool has_task_state);
void set_handler(u8 vector, Handler handler);

// Own descriptors and task state for long mode; the early ones lie in the flash.
void load_descriptors(u64 exception_stack_top);

}  // namespace interrupt

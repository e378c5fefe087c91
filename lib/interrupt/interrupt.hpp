// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/cpu.hpp"
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

// 64-bit task state segment [apm2 §12.2.5]; only the first interrupt stack is used.
struct [[gnu::packed]] TaskState {
  u32 reserved0;
  u64 rsp[3];
  u64 reserved1;
  u64 ist[7];
  u64 reserved2;
  u16 reserved3;
  u16 io_map_base;
};
static_assert(sizeof(TaskState) == 104);

// What each processor needs for itself in long mode.
struct Descriptors {
  TaskState task_state;
  u64 table[6];
};

inline constexpr u16 task_selector = 0x20;

// Own descriptors and task state for long mode; the early ones lie in the flash.
void load_descriptors(u64 exception_stack_top);
// The same again, on a processor that takes the boot processor's place.
void load_boot_descriptors();
// The same for another processor, and the table that init() made.
void load_descriptors(Descriptors& own, u64 exception_stack_top);
void load_table();
// For a processor that is to begin with them.
void fill_descriptors(Descriptors& own, u64 exception_stack_top);
arch::DescriptorTable table_register();

}  // namespace interrupt

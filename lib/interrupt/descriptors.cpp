// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/handoff/layout.hpp"
#include "lib/interrupt/interrupt.hpp"

namespace interrupt {
namespace {

constexpr u64 descriptor_template[] = {
    0,
    0x00cf9b000000ffff,  // 0x08 code, 32-bit
    0x00cf93000000ffff,  // 0x10 data
    0x00af9b000000ffff,  // 0x18 code, 64-bit
    0, 0,                // 0x20 task state
};
static_assert(sizeof descriptor_template == sizeof Descriptors::table);
static_assert(layout::selector_data == 0x10 && layout::selector_code64 == 0x18);

constinit Descriptors boot_processor = {};

}  // namespace

void load_descriptors(u64 exception_stack_top) { load_descriptors(boot_processor, exception_stack_top); }

void load_boot_descriptors() { load_descriptors(boot_processor.task_state.ist[0]); }

void fill_descriptors(Descriptors& own, u64 exception_stack_top) {
  TaskState& task_state = own.task_state;
  task_state = {};
  task_state.ist[0] = exception_stack_top;
  task_state.io_map_base = sizeof task_state;
  const u64 base = reinterpret_cast<u64>(&task_state);
  __builtin_memcpy(own.table, descriptor_template, sizeof own.table);
  own.table[4] = (sizeof task_state - 1) | (base & 0xff'ffff) << 16 | u64{0x89} << 40 | (base >> 24 & 0xff) << 56;
  own.table[5] = base >> 32;
}

void load_descriptors(Descriptors& own, u64 exception_stack_top) {
  fill_descriptors(own, exception_stack_top);
  arch::load_gdt({sizeof own.table - 1, reinterpret_cast<u64>(own.table)}, layout::selector_code64, layout::selector_data);
  arch::load_task_register(task_selector);
}

}  // namespace interrupt

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/handoff/layout.hpp"
#include "lib/interrupt/interrupt.hpp"

namespace interrupt {
namespace {

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

constexpr u16 task_selector = 0x20;

constinit TaskState task_state = {};
constinit u64 descriptors[] = {
    0,
    0x00cf9b000000ffff,  // 0x08 code, 32-bit
    0x00cf93000000ffff,  // 0x10 data
    0x00af9b000000ffff,  // 0x18 code, 64-bit
    0, 0,                // 0x20 task state
};
static_assert(layout::selector_data == 0x10 && layout::selector_code64 == 0x18);

}  // namespace

void load_descriptors(u64 exception_stack_top) {
  task_state.ist[0] = exception_stack_top;
  task_state.io_map_base = sizeof task_state;
  const u64 base = reinterpret_cast<u64>(&task_state);
  descriptors[4] = (sizeof task_state - 1) | (base & 0xff'ffff) << 16 | u64{0x89} << 40 | (base >> 24 & 0xff) << 56;
  descriptors[5] = base >> 32;
  arch::load_gdt({sizeof descriptors - 1, reinterpret_cast<u64>(descriptors)}, layout::selector_code64, layout::selector_data);
  arch::load_task_register(task_selector);
}

}  // namespace interrupt

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/interrupt/interrupt.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/interrupt/crash.hpp"
#include "lib/log/log.hpp"

namespace interrupt {
namespace {

// 64-bit interrupt gate [apm2 §4.8.4].
struct Gate {
  u16 offset_low;
  u16 selector;
  u8 stack_index;
  u8 type;
  u16 offset_middle;
  u32 offset_high;
  u32 reserved;
};
static_assert(sizeof(Gate) == 16);
constexpr u8 present_interrupt_gate = 0x8e;

constexpr unsigned first_external = 32;
constexpr u8 double_fault = 8, page_fault = 14;

constexpr u16 code_selector = 0x18;  // as layout::selector_code64, so that the table serves every phase

constinit Gate table[arch::interrupt_stub_count] = {};
constinit Handler handlers[arch::interrupt_stub_count] = {};

}  // namespace

void init(bool has_task_state) {
  const u64 stubs = reinterpret_cast<u64>(arch::interrupt_stubs);
  for (unsigned v = 0; v < arch::interrupt_stub_count; ++v) {
    const u64 entry = stubs + v * arch::interrupt_stub_bytes;
    const bool own_stack = has_task_state && (v == double_fault || v == page_fault);
    table[v] = {static_cast<u16>(entry), code_selector, static_cast<u8>(own_stack), present_interrupt_gate,
                static_cast<u16>(entry >> 16), static_cast<u32>(entry >> 32), 0};
  }
  load_table();
}

arch::DescriptorTable table_register() { return {sizeof table - 1, reinterpret_cast<u64>(table)}; }
void load_table() { arch::load_idt(table_register()); }

void set_handler(u8 vector, Handler handler) {
  ASSERT(vector < arch::interrupt_stub_count);
  handlers[vector] = handler;
}

extern "C" void interrupt_dispatch(arch::InterruptFrame* frame) {
  const u64 vector = frame->vector;
  const bool has_handler = vector < arch::interrupt_stub_count && handlers[vector];
  if (vector >= first_external) cc::check_interrupt(*frame, has_handler);
  if (has_handler)
    handlers[vector](*frame);
  else if (vector < first_external)
    crash::report(*frame);
  else
    log::debug("interrupt: unexpected vector ", vector);
}

}  // namespace interrupt

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace arch {

using namespace base;

// What interrupts.nasm pushes, lowest address first.
struct InterruptFrame {
  u64 r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
  u64 vector, error_code;
  u64 rip, cs, rflags, rsp, ss;  // pushed by the processor [apm2 §8.9.3]
};
static_assert(sizeof(InterruptFrame) == 22 * 8);

inline constexpr unsigned interrupt_stub_count = 64;
inline constexpr u64 interrupt_stub_bytes = 16;
// One entry point per vector, interrupt_stub_bytes apart.
extern "C" u8 interrupt_stubs[];

}  // namespace arch

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/interrupts.hpp"

// A readable end: what happened, where, and how it got there.
namespace crash {

using namespace base;

// Addresses inside are printed as NAME+offset; `make symbolize` turns those into functions.
void add_image(const char* name, u64 base, u64 bytes);
// Only return addresses found between these are followed in a stack trace.
void set_stack(u64 bottom, u64 top);
// The same for other processors: false when an address is on no stack of theirs.
struct Stack {
  u64 bottom, top;
  u32 processor;  // its APIC id
};
void set_stack_finder(bool (*find)(u64 address, Stack& stack));

[[noreturn]] void report(const arch::InterruptFrame& frame);

}  // namespace crash

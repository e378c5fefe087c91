// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/interrupts.hpp"

namespace cc::sev {

using namespace base;

// The instructions that can cause a #VC [facts §5], 64-bit mode.
enum class Operation : u8 {
  none, cpuid, rdmsr, wrmsr, port, rdtsc, rdtscp, rdpmc, wbinvd, invd, monitor, mwait, vmmcall, read_dr7, write_dr7,
};

struct Instruction {
  Operation operation = Operation::none;
  u8 length = 0;
  bool in = false, string = false, rep = false;  // port
  u8 bytes = 0;
  u16 port = 0;
  u8 reg = 0;  // DR7's partner

  u64* general_register(arch::InterruptFrame& frame) const;
};

// At most 15 bytes are read. `dx`: the port of the forms that take it from there.
Instruction decode(const u8* bytes, u16 dx);

}  // namespace cc::sev

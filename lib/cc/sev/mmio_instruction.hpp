// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/interrupts.hpp"

namespace cc::sev {

using namespace base;

enum class StringForm : u8 { none, move, store, load };

// The MOV, MOVZX, MOVSX, MOVS, STOS and LODS forms with a memory operand that are used on device registers [apm3], 64-bit mode.
struct MmioInstruction {
  bool valid = false;
  StringForm string = StringForm::none;  // addresses are RSI's and RDI's
  bool rep = false;
  bool write = false;
  bool sign_extend = false;
  bool has_immediate = false;
  bool high_byte = false;  // AH, CH, DH, BH
  u8 reg = 0;
  u8 memory_bytes = 0;    // 1, 2, 4 or 8
  u8 register_bytes = 0;  // how much of the register a read replaces; 4 clears the upper half
  u8 length = 0;
  u64 immediate = 0;
  u64 address = 0;
};

// Reads at most 15 bytes at RIP; the address is computed from the frame's registers.
MmioInstruction decode_mmio(const u8* bytes, const arch::InterruptFrame& frame);

u64 register_value(const arch::InterruptFrame& frame, const MmioInstruction& i);
void set_register(arch::InterruptFrame& frame, const MmioInstruction& i, u64 value);

}  // namespace cc::sev

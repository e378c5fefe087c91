// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/svm/vcpu.hpp"

namespace svm {

// The instructions that the host itself must tell apart; everything else is the guest's to decode.
enum class Opcode : u8 { unknown, cpuid, rdmsr, wrmsr, wbinvd, invd, vmmcall, vmgexit, rdtscp, pvalidate, rmpadjust, cr0_write, lmsw, mov, iret, hlt };

struct Instruction {
  Opcode opcode = Opcode::unknown;
  u8 length = 0;
  u8 operand = 0;        // register of a MOV
  u8 bytes = 4;          // of a MOV to or from memory; of what an IRET of 16-bit code pops
  bool to_memory = false;
  bool immediate = false;
  u64 value = 0;         // the immediate
};
Instruction decode(Vcpu& v);

}  // namespace svm

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/instruction.hpp"

#include "lib/cc/sev/instruction_bytes.hpp"

namespace cc::sev {
namespace {

Instruction port_access(u8 opcode, InstructionBytes& bytes, u16 dx, const Prefixes& p) {
  Instruction i{.operation = Operation::port};
  const u8 wide = p.operand_16 ? 2 : 4;
  i.bytes = opcode & 1 ? wide : 1;
  i.port = dx;
  switch (opcode) {
    case 0xe4: case 0xe5: i.in = true; [[fallthrough]];
    case 0xe6: case 0xe7: i.port = bytes.next(); return i;
    case 0xec: case 0xed: i.in = true; [[fallthrough]];
    case 0xee: case 0xef: return i;
    case 0x6c: case 0x6d: i.in = true; [[fallthrough]];
    case 0x6e: case 0x6f:
      if (p.address_32 || p.segment) return {};
      i.string = true;
      i.rep = p.rep;
      return i;
    default: return {};
  }
}

// With a REP prefix these are other instructions, VMGEXIT in VMMCALL's place.
Operation group_7(u8 modrm, const Prefixes& p) {
  if (p.rep) return Operation::none;
  switch (modrm) {
    case 0xc8: case 0xfa: return Operation::monitor;
    case 0xc9: case 0xfb: return Operation::mwait;
    case 0xd9: return Operation::vmmcall;
    case 0xf9: return Operation::rdtscp;
    default: return Operation::none;
  }
}

Instruction debug_register(bool write, u8 modrm, const Prefixes& p) {
  constexpr u8 dr7 = 7;
  if ((modrm >> 3 & 7) != dr7 || (p.rex & Prefixes::rex_r)) return {};
  return {.operation = write ? Operation::write_dr7 : Operation::read_dr7, .reg = static_cast<u8>((modrm & 7) | (p.rex & Prefixes::rex_b) << 3)};
}

Instruction two_byte(InstructionBytes& bytes, const Prefixes& p) {
  const u8 opcode = bytes.next();
  switch (opcode) {
    case 0x01: return {.operation = group_7(bytes.next(), p)};
    case 0x08: return {.operation = Operation::invd};
    case 0x09: return {.operation = Operation::wbinvd};
    case 0x21: case 0x23: return debug_register(opcode == 0x23, bytes.next(), p);
    case 0x30: return {.operation = Operation::wrmsr};
    case 0x31: return {.operation = Operation::rdtsc};
    case 0x32: return {.operation = Operation::rdmsr};
    case 0x33: return {.operation = Operation::rdpmc};
    case 0xa2: return {.operation = Operation::cpuid};
    default: return {};
  }
}

}  // namespace

u64* Instruction::general_register(arch::InterruptFrame& f) const {
  u64* const registers[] = {&f.rax, &f.rcx, &f.rdx, &f.rbx, &f.rsp, &f.rbp, &f.rsi, &f.rdi,
                            &f.r8,  &f.r9,  &f.r10, &f.r11, &f.r12, &f.r13, &f.r14, &f.r15};
  return registers[reg & 15];
}

Instruction decode(const u8* at, u16 dx) {
  InstructionBytes bytes(at);
  const Prefixes p = read_prefixes(bytes);
  if (p.lock) return {};  // #UD
  const u8 opcode = bytes.next();
  Instruction i = opcode == 0x0f ? two_byte(bytes, p) : port_access(opcode, bytes, dx, p);
  if (bytes.overlong()) return {};
  i.length = bytes.length();
  return i;
}

}  // namespace cc::sev

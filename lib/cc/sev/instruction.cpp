// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/instruction.hpp"

namespace cc::sev {
namespace {

struct Prefixes {
  bool operand_16 = false, rep = false;
  u8 rex = 0;
  u8 count = 0;
};

// Legacy prefixes in any order, then REX [apm3 §1.2].
Prefixes read_prefixes(const u8* bytes) {
  Prefixes p;
  for (; p.count < 14; ++p.count) {
    const u8 b = bytes[p.count];
    if (b == 0x66)
      p.operand_16 = true;
    else if (b == 0xf2 || b == 0xf3)
      p.rep = true;
    else if (b != 0x26 && b != 0x2e && b != 0x36 && b != 0x3e && b != 0x64 && b != 0x65 && b != 0x67 && b != 0xf0)
      break;
  }
  if ((bytes[p.count] & 0xf0) == 0x40) p.rex = bytes[p.count++];
  return p;
}

Instruction port_access(u8 opcode, const u8* rest, u16 dx, const Prefixes& p) {
  Instruction i{.operation = Operation::port};
  const u8 wide = p.operand_16 ? 2 : 4;
  i.bytes = opcode & 1 ? wide : 1;
  i.port = dx;
  switch (opcode) {
    case 0xe4: case 0xe5: i.in = true; [[fallthrough]];
    case 0xe6: case 0xe7:
      i.port = rest[0];
      i.length = 2;
      return i;
    case 0xec: case 0xed: i.in = true; [[fallthrough]];
    case 0xee: case 0xef: i.length = 1; return i;
    case 0x6c: case 0x6d: i.in = true; [[fallthrough]];
    case 0x6e: case 0x6f:
      i.string = true;
      i.rep = p.rep;
      i.length = 1;
      return i;
    default: return {};
  }
}

Operation group_7(u8 modrm, const Prefixes& p) {
  switch (modrm) {
    case 0xc8: case 0xfa: return Operation::monitor;
    case 0xc9: case 0xfb: return Operation::mwait;
    case 0xd9: return p.rep ? Operation::none : Operation::vmmcall;  // with a prefix it is VMGEXIT
    case 0xf9: return Operation::rdtscp;
    default: return Operation::none;
  }
}

Instruction two_byte(const u8* rest, const Prefixes& p) {
  Instruction i{.length = 2};
  switch (rest[0]) {
    case 0x08: i.operation = Operation::invd; return i;
    case 0x09: i.operation = Operation::wbinvd; return i;
    case 0x30: i.operation = Operation::wrmsr; return i;
    case 0x31: i.operation = Operation::rdtsc; return i;
    case 0x32: i.operation = Operation::rdmsr; return i;
    case 0x33: i.operation = Operation::rdpmc; return i;
    case 0xa2: i.operation = Operation::cpuid; return i;
    case 0x01:
      i.operation = group_7(rest[1], p);
      i.length = 3;
      return i;
    case 0x21:
    case 0x23:
      if ((rest[1] >> 3 & 7) != 7 || (p.rex & 4)) return {};
      i.operation = rest[0] == 0x21 ? Operation::read_dr7 : Operation::write_dr7;
      i.reg = static_cast<u8>((rest[1] & 7) | (p.rex & 1) << 3);
      i.length = 3;
      return i;
    default: return {};
  }
}

}  // namespace

u64* Instruction::general_register(arch::InterruptFrame& f) const {
  u64* const registers[] = {&f.rax, &f.rcx, &f.rdx, &f.rbx, &f.rsp, &f.rbp, &f.rsi, &f.rdi,
                            &f.r8,  &f.r9,  &f.r10, &f.r11, &f.r12, &f.r13, &f.r14, &f.r15};
  return registers[reg & 15];
}

Instruction decode(const u8* bytes, u16 dx) {
  const Prefixes p = read_prefixes(bytes);
  const u8* at = bytes + p.count;
  Instruction i = at[0] == 0x0f ? two_byte(at + 1, p) : port_access(at[0], at + 1, dx, p);
  if (i.operation != Operation::none) i.length = static_cast<u8>(i.length + p.count);
  return i;
}

}  // namespace cc::sev

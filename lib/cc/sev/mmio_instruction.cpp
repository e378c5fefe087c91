// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/mmio_instruction.hpp"

#include "lib/cc/sev/instruction.hpp"
#include "lib/cc/sev/instruction_bytes.hpp"

namespace cc::sev {
namespace {

using arch::InterruptFrame;

u64 value_of(const InterruptFrame& frame, u8 number) {
  return *Instruction{.reg = number}.general_register(const_cast<InterruptFrame&>(frame));
}

// ModRM, SIB and displacement [apm3 §1.4]; RIP-relative addresses need the instruction's end.
struct Operand {
  u8 reg = 0;
  bool memory = false, rip_relative = false;
  u64 address = 0;
};

u8 extended(u8 number, u8 rex, u8 bit) { return static_cast<u8>((number & 7) | (rex & bit ? 8 : 0)); }
u64 sign_extended(auto value) { return static_cast<u64>(static_cast<i64>(value)); }

Operand read_operand(InstructionBytes& bytes, const Prefixes& p, const InterruptFrame& frame) {
  Operand o;
  const u8 modrm = bytes.next(), mod = modrm >> 6, rm = modrm & 7;
  o.reg = extended(modrm >> 3, p.rex, Prefixes::rex_r);
  o.memory = mod != 3;
  if (!o.memory) return o;
  bool no_base = false;
  if (rm == 4) {
    const u8 sib = bytes.next();
    const u8 index = extended(sib >> 3, p.rex, Prefixes::rex_x);
    no_base = (sib & 7) == 5 && mod == 0;
    if (!no_base) o.address = value_of(frame, extended(sib, p.rex, Prefixes::rex_b));
    if (index != 4) o.address += value_of(frame, index) << (sib >> 6);
  } else if (rm == 5 && mod == 0) {
    o.rip_relative = true;
  } else {
    o.address = value_of(frame, extended(rm, p.rex, Prefixes::rex_b));
  }
  if (mod == 1)
    o.address += sign_extended(bytes.next_le<std::int8_t>());
  else if (mod == 2 || o.rip_relative || no_base)
    o.address += sign_extended(bytes.next_le<std::int32_t>());
  return o;
}

void set_sizes(MmioInstruction& i, bool byte_sized, const Prefixes& p) {
  i.memory_bytes = i.register_bytes = byte_sized ? 1 : p.operand_bytes();
  i.high_byte = byte_sized && !p.rex && i.reg >= 4 && i.reg < 8;
}

// Opcodes behind 0F: MOVZX and MOVSX.
bool extension(MmioInstruction& i, u8 opcode, const Prefixes& p) {
  if (opcode != 0xb6 && opcode != 0xb7 && opcode != 0xbe && opcode != 0xbf) return false;
  i.memory_bytes = opcode & 1 ? 2 : 1;
  i.register_bytes = p.operand_bytes();
  i.sign_extend = opcode >= 0xbe;
  return true;
}

void read_immediate(MmioInstruction& i, InstructionBytes& bytes) {
  i.has_immediate = true;
  switch (i.memory_bytes) {
    case 1: i.immediate = bytes.next(); return;
    case 2: i.immediate = bytes.next_le<u16>(); return;
    default: i.immediate = sign_extended(bytes.next_le<std::int32_t>()); return;
  }
}

// MOVS, STOS and LODS; the others have no use on device registers.
MmioInstruction string_form(u8 opcode, const Prefixes& p) {
  MmioInstruction i;
  switch (opcode & ~1) {
    case 0xa4: i.string = StringForm::move; break;
    case 0xaa: i.string = StringForm::store; break;
    case 0xac: i.string = StringForm::load; break;
    default: return {};
  }
  if (p.segment || p.address_32) return {};
  set_sizes(i, !(opcode & 1), p);
  i.rep = p.rep;
  i.valid = true;
  return i;
}

// MOV between rAX and an absolute address.
MmioInstruction absolute_form(u8 opcode, InstructionBytes& bytes, const Prefixes& p) {
  MmioInstruction i;
  if (p.address_32) return {};
  i.write = opcode >= 0xa2;
  set_sizes(i, !(opcode & 1), p);
  i.address = bytes.next_le<u64>();
  i.valid = true;
  return i;
}

MmioInstruction operand_form(u8 opcode, InstructionBytes& bytes, const Prefixes& p, const InterruptFrame& frame) {
  MmioInstruction i;
  const bool two_bytes = opcode == 0x0f;
  const u8 second = two_bytes ? bytes.next() : u8{0};
  const bool immediate = opcode == 0xc6 || opcode == 0xc7;
  if (!two_bytes && !immediate && (opcode < 0x88 || opcode > 0x8b)) return {};
  const Operand o = read_operand(bytes, p, frame);
  if (!o.memory || (immediate && (o.reg & 7) != 0)) return {};
  i.reg = o.reg;
  if (two_bytes) {
    if (!extension(i, second, p)) return {};
  } else {
    set_sizes(i, !(opcode & 1), p);
    i.write = immediate || opcode <= 0x89;
  }
  if (immediate) read_immediate(i, bytes);
  i.address = o.rip_relative ? o.address + frame.rip + bytes.length() : o.address;
  if (p.address_32) i.address &= 0xffff'ffff;
  i.valid = true;
  return i;
}

}  // namespace

MmioInstruction decode_mmio(const u8* at, const InterruptFrame& frame) {
  InstructionBytes bytes(at);
  const Prefixes p = read_prefixes(bytes);
  if (p.lock || p.segment) return {};
  const u8 opcode = bytes.next();
  MmioInstruction i = string_form(opcode, p);
  if (!i.valid) {
    if (p.rep) return {};
    i = opcode >= 0xa0 && opcode <= 0xa3 ? absolute_form(opcode, bytes, p) : operand_form(opcode, bytes, p, frame);
  }
  if (bytes.overlong()) return {};
  i.length = bytes.length();
  return i;
}

u64 register_value(const InterruptFrame& frame, const MmioInstruction& i) {
  return i.high_byte ? value_of(frame, i.reg & 3) >> 8 : value_of(frame, i.reg);
}

void set_register(InterruptFrame& frame, const MmioInstruction& i, u64 value) {
  if (i.sign_extend) {
    const unsigned shift = 64 - 8u * i.memory_bytes;
    value = static_cast<u64>(static_cast<i64>(value << shift) >> shift);
  }
  u64& reg = *Instruction{.reg = static_cast<u8>(i.high_byte ? i.reg & 3 : i.reg)}.general_register(frame);
  switch (i.register_bytes) {
    case 1: reg = i.high_byte ? (reg & ~0xff00ull) | (value & 0xff) << 8 : (reg & ~0xffull) | (value & 0xff); return;
    case 2: reg = (reg & ~0xffffull) | (value & 0xffff); return;
    case 4: reg = value & 0xffff'ffff; return;
    default: reg = value; return;
  }
}

}  // namespace cc::sev

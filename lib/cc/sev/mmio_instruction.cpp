// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/mmio_instruction.hpp"

#include "lib/base/endian.hpp"
#include "lib/cc/sev/instruction.hpp"

namespace cc::sev {
namespace {

using arch::InterruptFrame;

struct Prefixes {
  bool operand_16 = false, address_32 = false, unsupported = false;
  u8 rex = 0;
};
constexpr u8 rex_w = 8, rex_r = 4, rex_x = 2, rex_b = 1;

u64 value_of(const InterruptFrame& frame, u8 number) {
  return *Instruction{.reg = number}.general_register(const_cast<InterruptFrame&>(frame));
}

const u8* read_prefixes(const u8* at, Prefixes& p) {
  for (unsigned i = 0; i < 14; ++i, ++at) {
    switch (*at) {
      case 0x66: p.operand_16 = true; continue;
      case 0x67: p.address_32 = true; continue;
      case 0x26: case 0x2e: case 0x36: case 0x3e: continue;  // segments without effect in 64-bit mode
      case 0x64: case 0x65: case 0xf0: case 0xf2: case 0xf3: p.unsupported = true; continue;
      default: break;
    }
    break;
  }
  if ((*at & 0xf0) == 0x40) p.rex = *at++;
  return at;
}

// ModRM, SIB and displacement [apm3 §1.4]; RIP-relative addresses need the instruction's end.
struct Operand {
  u8 reg = 0;
  bool memory = false, rip_relative = false;
  u64 address = 0;
  const u8* end = nullptr;
};

Operand read_operand(const u8* at, const Prefixes& p, const InterruptFrame& frame) {
  Operand o;
  const u8 modrm = *at++, mod = modrm >> 6, rm = modrm & 7;
  o.reg = static_cast<u8>((modrm >> 3 & 7) | (p.rex & rex_r ? 8 : 0));
  o.memory = mod != 3;
  if (!o.memory) return o;
  u64 address = 0;
  bool no_base = false;
  if (rm == 4) {
    const u8 sib = *at++;
    const u8 index = static_cast<u8>((sib >> 3 & 7) | (p.rex & rex_x ? 8 : 0));
    no_base = (sib & 7) == 5 && mod == 0;
    if (!no_base) address = value_of(frame, static_cast<u8>((sib & 7) | (p.rex & rex_b ? 8 : 0)));
    if (index != 4) address += value_of(frame, index) << (sib >> 6);
  } else if (rm == 5 && mod == 0) {
    o.rip_relative = true;
  } else {
    address = value_of(frame, static_cast<u8>(rm | (p.rex & rex_b ? 8 : 0)));
  }
  if (mod == 1) {
    address += static_cast<u64>(static_cast<i64>(static_cast<std::int8_t>(*at)));
    at += 1;
  } else if (mod == 2 || o.rip_relative || no_base) {
    address += static_cast<u64>(static_cast<i64>(load_le<std::int32_t>(at)));
    at += 4;
  }
  o.address = address;
  o.end = at;
  return o;
}

void set_sizes(MmioInstruction& i, bool byte_sized, const Prefixes& p) {
  const u8 wide = p.rex & rex_w ? 8 : p.operand_16 ? 2 : 4;
  i.memory_bytes = i.register_bytes = byte_sized ? 1 : wide;
  i.high_byte = byte_sized && !p.rex && i.reg >= 4 && i.reg < 8;
}

// Opcodes behind 0F: MOVZX and MOVSX.
bool extension(MmioInstruction& i, u8 opcode, const Prefixes& p) {
  if (opcode != 0xb6 && opcode != 0xb7 && opcode != 0xbe && opcode != 0xbf) return false;
  i.memory_bytes = opcode & 1 ? 2 : 1;
  i.register_bytes = p.rex & rex_w ? 8 : p.operand_16 ? 2 : 4;
  i.sign_extend = opcode >= 0xbe;
  return true;
}

const u8* read_immediate(MmioInstruction& i, const u8* at) {
  i.has_immediate = true;
  switch (i.memory_bytes) {
    case 1: i.immediate = *at; return at + 1;
    case 2: i.immediate = load_le<u16>(at); return at + 2;
    default: i.immediate = static_cast<u64>(static_cast<i64>(load_le<std::int32_t>(at))); return at + 4;
  }
}

}  // namespace

MmioInstruction decode_mmio(const u8* bytes, const InterruptFrame& frame) {
  Prefixes p;
  MmioInstruction i;
  const u8* at = read_prefixes(bytes, p);
  if (p.unsupported) return {};
  const u8 opcode = *at++;
  if (opcode >= 0xa0 && opcode <= 0xa3) {  // MOV between rAX and an absolute address
    if (p.address_32) return {};
    i.write = opcode >= 0xa2;
    set_sizes(i, !(opcode & 1), p);
    i.address = load_le<u64>(at);
    i.length = static_cast<u8>(at + 8 - bytes);
    i.valid = true;
    return i;
  }
  const bool two_bytes = opcode == 0x0f;
  const u8 second = two_bytes ? *at++ : u8{0};
  const bool immediate = opcode == 0xc6 || opcode == 0xc7;
  if (!two_bytes && !immediate && (opcode < 0x88 || opcode > 0x8b)) return {};
  const Operand o = read_operand(at, p, frame);
  if (!o.memory) return {};
  i.reg = o.reg;
  if (two_bytes) {
    if (!extension(i, second, p)) return {};
  } else {
    set_sizes(i, !(opcode & 1), p);
    i.write = immediate || opcode <= 0x89;
  }
  if (immediate && (o.reg & 7) != 0) return {};
  const u8* end = immediate ? read_immediate(i, o.end) : o.end;
  i.length = static_cast<u8>(end - bytes);
  i.address = o.rip_relative ? o.address + frame.rip + i.length : o.address;
  if (p.address_32) i.address &= 0xffff'ffff;
  i.valid = i.length <= 15;
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

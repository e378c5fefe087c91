// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/svm/decode.hpp"

#include "tests/machine/svm/guest_memory.hpp"

namespace svm {

namespace {

struct Prefixes {
  u8 length = 0, rex = 0, repeat = 0;
  bool operand = false;
};

Prefixes prefixes(const u8* b, unsigned n, bool long_code) {
  Prefixes p;
  for (; p.length < n; ++p.length) {
    const u8 c = b[p.length];
    if (c == 0xf2 || c == 0xf3) p.repeat = c;
    else if (c == 0x66) p.operand = true;
    else if (c != 0x67 && c != 0x2e && c != 0x36 && c != 0x3e && c != 0x26 && c != 0x64 && c != 0x65) break;
  }
  if (long_code && p.length < n && (b[p.length] & 0xf0) == 0x40) p.rex = b[p.length++];
  return p;
}

// Bytes of ModRM, SIB and displacement.
unsigned modrm_length(const u8* b, bool address_32) {
  const u8 mod = b[0] >> 6, rm = b[0] & 7;
  if (!address_32) return mod == 0 ? (rm == 6 ? 3 : 1) : mod == 3 ? 1 : mod + 1u;
  if (mod == 3) return 1;
  const bool sib = rm == 4;
  const bool wide = mod == 2 || (mod == 0 && (rm == 5 || (sib && (b[1] & 7) == 5)));
  return 1 + sib + (mod == 1 ? 1 : wide ? 4 : 0);
}

Instruction decode_mov(const u8* b, const Prefixes& p, unsigned at) {
  Instruction i;
  const u8 op = b[at++];
  const bool byte_op = !(op & 1);
  const u8 width = byte_op ? 1 : p.rex & 8 ? 8 : p.operand ? 2 : 4;
  i.bytes = width;
  if (op == 0xa0 || op == 0xa1 || op == 0xa2 || op == 0xa3) {
    i = {Opcode::mov, static_cast<u8>(at + 8), rax, width, op >= 0xa2};
    return i;
  }
  if (op != 0x88 && op != 0x89 && op != 0x8a && op != 0x8b && op != 0xc6 && op != 0xc7) return i;
  i.opcode = Opcode::mov;
  i.to_memory = op != 0x8a && op != 0x8b;
  i.operand = (b[at] >> 3 & 7) | (p.rex & 4 ? 8 : 0);
  at += modrm_length(b + at, true);
  if (op == 0xc6 || op == 0xc7) {
    const u8 size = width == 8 ? 4 : width;
    i.immediate = true;
    i64 value = 0;
    __builtin_memcpy(&value, b + at, size);
    i.value = size == 4 ? static_cast<u64>(static_cast<i64>(static_cast<int>(value))) : static_cast<u64>(value);
    at += size;
  }
  i.length = static_cast<u8>(at);
  return i;
}

Instruction decode_group_1(const u8* b, const Prefixes& p, unsigned at) {
  const auto is = [&](Opcode o) { return Instruction{o, static_cast<u8>(at + 1)}; };
  switch (b[at]) {
    case 0xd9: return is(p.repeat ? Opcode::vmgexit : Opcode::vmmcall);
    case 0xf9: return is(Opcode::rdtscp);
    case 0xff: return is(p.repeat == 0xf2 ? Opcode::pvalidate : Opcode::unknown);
    case 0xfe: return is(p.repeat == 0xf3 ? Opcode::rmpadjust : Opcode::unknown);
  }
  if ((b[at] & 0xf8) == 0xf0) return {Opcode::lmsw, static_cast<u8>(at + 1), static_cast<u8>(b[at] & 7)};
  return {};
}

}  // namespace

Instruction decode(Vcpu& v) {
  u8 b[24] = {};
  const unsigned n = fetch(v, b, 15);
  const bool long_code = v.long_mode() && (v.save().cs.attributes & 0x200);
  const Prefixes p = prefixes(b, n, long_code);
  unsigned at = p.length;
  if (b[at] == 0xcf) return {Opcode::iret, static_cast<u8>(at + 1), 0, static_cast<u8>(p.operand ? 4 : 2)};
  if (b[at] == 0xf4) return {Opcode::hlt, static_cast<u8>(at + 1)};
  if (b[at] != 0x0f) return decode_mov(b, p, at);
  const auto is = [&](Opcode o) { return Instruction{o, static_cast<u8>(at + 1)}; };
  switch (b[++at]) {
    case 0x01: return decode_group_1(b, p, at + 1);
    case 0x08: return is(Opcode::invd);
    case 0x09: return is(Opcode::wbinvd);
    case 0x22:
      return {Opcode::cr0_write, static_cast<u8>(at + 2), static_cast<u8>((b[at + 1] & 7) | (p.rex & 1 ? 8 : 0))};
    case 0x30: return is(Opcode::wrmsr);
    case 0x32: return is(Opcode::rdmsr);
    case 0xa2: return is(Opcode::cpuid);
  }
  return {};
}

}  // namespace svm

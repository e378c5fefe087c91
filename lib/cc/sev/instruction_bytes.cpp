// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/instruction_bytes.hpp"

namespace cc::sev {

Prefixes read_prefixes(InstructionBytes& bytes) {
  Prefixes p;
  for (; !bytes.overlong(); bytes.next()) {
    switch (bytes.peek()) {
      case 0x66: p.operand_16 = true; continue;
      case 0x67: p.address_32 = true; continue;
      case 0x26: case 0x2e: case 0x36: case 0x3e: continue;
      case 0x64: case 0x65: p.segment = true; continue;
      case 0xf0: p.lock = true; continue;
      case 0xf2: case 0xf3: p.rep = true; continue;
      default: break;
    }
    break;
  }
  if ((bytes.peek() & 0xf0) == 0x40) p.rex = bytes.next();
  return p;
}

}  // namespace cc::sev

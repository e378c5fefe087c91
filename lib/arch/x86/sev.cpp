// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/sev.hpp"

namespace arch {

void vmgexit() { asm volatile("rep; vmmcall" : : : "memory"); }

PvalidateResult pvalidate(u64 address, u32 size, bool validate) {
  PvalidateResult r;
  asm volatile(".byte 0xf2, 0x0f, 0x01, 0xff"
               : "=a"(r.status), "=@ccc"(r.unchanged)
               : "a"(address), "c"(size), "d"(u32{validate})
               : "memory");
  return r;
}

u32 rmpadjust(u64 address, u32 size, u64 attributes) {
  u64 status;
  asm volatile(".byte 0xf3, 0x0f, 0x01, 0xfe" : "=a"(status) : "a"(address), "c"(u64{size}), "d"(attributes) : "cc", "memory");
  return static_cast<u32>(status);
}

}  // namespace arch

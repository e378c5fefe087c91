// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "efi.hpp"

// What a payload asks of the processor that it runs on.
inline u64 read_msr(u32 index) {
  u32 low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index));
  return u64{high} << 32 | low;
}
inline u64 all_memory_types() {
  u64 hash = read_msr(0x277) * 31 + read_msr(0x2ff);
  const u32 variable = read_msr(0xfe) & 0xff;
  for (u32 i = 0; i < 2 * variable; i++) hash = hash * 31 + read_msr(0x200 + i);
  constexpr u32 fixed[] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f};
  for (u32 i : fixed) hash = hash * 31 + read_msr(i);
  return hash;
}
inline u32 own_apic_id() {
  u32 a = 0, b, c = 0, d;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  const bool has_x2apic_ids = a >= 0xb;
  a = has_x2apic_ids ? 0xb : 1;
  c = 0;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return has_x2apic_ids ? d : b >> 24;
}
inline u64 read_xmm6() {
  u64 value;
  asm volatile("movq %%xmm6, %0" : "=r"(value));
  return value;
}

struct [[gnu::packed]] Gate {
  u16 low, selector;
  u8 stack, type;
  u16 middle;
  u32 high, reserved;
};
// Into `handle`, as the handler of an interrupt with this vector.
inline void interrupt_self(u32 vector, void (*handle)(void*)) {
  static Gate gates[256];
  const u64 handler = reinterpret_cast<u64>(handle);
  u16 cs;
  asm volatile("mov %%cs, %0" : "=r"(cs));
  gates[vector] = {static_cast<u16>(handler), cs, 0, 0x8e, static_cast<u16>(handler >> 16), static_cast<u32>(handler >> 32), 0};
  const u64 base = read_msr(0x1b);
  if (base & 0x400)
    asm volatile("wrmsr" : : "c"(0x83f), "a"(vector), "d"(0) : "memory");
  else
    *reinterpret_cast<volatile u32*>((base & ~0xfffull) + 0x300) = 0x40000 | vector;
  const struct [[gnu::packed]] {
    u16 limit;
    u64 at;
  } table{sizeof gates - 1, reinterpret_cast<u64>(gates)};
  asm volatile("lidt %0; sti; 1: pause; jmp 1b" : : "m"(table) : "memory");
}

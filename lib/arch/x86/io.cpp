// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/io.hpp"

namespace arch {

u8 in8(u16 port) {
  u8 v;
  asm volatile("inb %w1, %b0" : "=a"(v) : "Nd"(port) : "memory");
  return v;
}
u16 in16(u16 port) {
  u16 v;
  asm volatile("inw %w1, %w0" : "=a"(v) : "Nd"(port) : "memory");
  return v;
}
u32 in32(u16 port) {
  u32 v;
  asm volatile("inl %w1, %0" : "=a"(v) : "Nd"(port) : "memory");
  return v;
}
void out8(u16 port, u8 value) { asm volatile("outb %b0, %w1" : : "a"(value), "Nd"(port) : "memory"); }
void out16(u16 port, u16 value) { asm volatile("outw %w0, %w1" : : "a"(value), "Nd"(port) : "memory"); }
void out32(u16 port, u32 value) { asm volatile("outl %0, %w1" : : "a"(value), "Nd"(port) : "memory"); }

// MOV only, never an instruction that a #VC or #VE handler could not decode.
u8 read8(u64 a) {
  u8 v;
  asm volatile("movb (%1), %0" : "=q"(v) : "r"(a) : "memory");
  return v;
}
u16 read16(u64 a) {
  u16 v;
  asm volatile("movw (%1), %0" : "=r"(v) : "r"(a) : "memory");
  return v;
}
u32 read32(u64 a) {
  u32 v;
  asm volatile("movl (%1), %0" : "=r"(v) : "r"(a) : "memory");
  return v;
}
u64 read64(u64 a) {
  u64 v;
  asm volatile("movq (%1), %0" : "=r"(v) : "r"(a) : "memory");
  return v;
}
void write8(u64 a, u8 v) { asm volatile("movb %0, (%1)" : : "q"(v), "r"(a) : "memory"); }
void write16(u64 a, u16 v) { asm volatile("movw %0, (%1)" : : "r"(v), "r"(a) : "memory"); }
void write32(u64 a, u32 v) { asm volatile("movl %0, (%1)" : : "r"(v), "r"(a) : "memory"); }
void write64(u64 a, u64 v) { asm volatile("movq %0, (%1)" : : "r"(v), "r"(a) : "memory"); }

}  // namespace arch

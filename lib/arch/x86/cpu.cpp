// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"

namespace arch {

CpuidResult cpuid(u32 leaf, u32 subleaf) {
  CpuidResult r;
  asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}

u64 read_msr(u32 index) {
  u32 low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index) : "memory");
  return u64{high} << 32 | low;
}
void write_msr(u32 index, u64 value) {
  asm volatile("wrmsr" : : "c"(index), "a"(static_cast<u32>(value)), "d"(static_cast<u32>(value >> 32)) : "memory");
}

u64 read_cr0() {
  u64 v;
  asm volatile("mov %%cr0, %0" : "=r"(v));
  return v;
}
u64 read_cr2() {
  u64 v;
  asm volatile("mov %%cr2, %0" : "=r"(v));
  return v;
}
u64 read_cr3() {
  u64 v;
  asm volatile("mov %%cr3, %0" : "=r"(v));
  return v;
}
u64 read_cr4() {
  u64 v;
  asm volatile("mov %%cr4, %0" : "=r"(v));
  return v;
}
void write_cr0(u64 v) { asm volatile("mov %0, %%cr0" : : "r"(v) : "memory"); }
void write_cr3(u64 v) { asm volatile("mov %0, %%cr3" : : "r"(v) : "memory"); }
void write_cr4(u64 v) { asm volatile("mov %0, %%cr4" : : "r"(v) : "memory"); }
u64 read_xcr0() {
  u32 low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return u64{high} << 32 | low;
}
void invalidate_page(u64 address) { asm volatile("invlpg (%0)" : : "r"(address) : "memory"); }

u64 read_rflags() {
  u64 v;
  asm volatile("pushfq; popq %0" : "=r"(v) : : "memory");
  return v;
}
void enable_interrupts() { asm volatile("sti" : : : "memory"); }
void disable_interrupts() { asm volatile("cli" : : : "memory"); }
void halt() { asm volatile("hlt" : : : "memory"); }
void enable_and_halt() { asm volatile("sti; hlt" : : : "memory"); }
void pause() { asm volatile("pause" : : : "memory"); }
void stop() {
  for (;;) asm volatile("cli; hlt" : : : "memory");
}

u64 read_tsc() {
  u32 low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return u64{high} << 32 | low;
}
bool read_random(u64& value) {
  bool ok;
  asm volatile("rdrand %0" : "=r"(value), "=@ccc"(ok));
  return ok;
}
void write_back_caches() { asm volatile("wbinvd" : : : "memory"); }
void fence() { asm volatile("mfence" : : : "memory"); }

DescriptorTable read_gdt() {
  DescriptorTable t;
  asm volatile("sgdt %0" : "=m"(t));
  return t;
}
void load_gdt(const DescriptorTable& table, u16 code, u16 data) {
  asm volatile(
      "lgdt %0\n\t"
      "pushq %1\n\t"
      "leaq 1f(%%rip), %%rax\n\t"
      "pushq %%rax\n\t"
      "lretq\n"
      "1:\n\t"
      "movl %2, %%ds; movl %2, %%es; movl %2, %%ss; movl %2, %%fs; movl %2, %%gs"
      :
      : "m"(table), "r"(u64{code}), "r"(u32{data})
      : "rax", "memory");
}
void load_task_register(u16 selector) { asm volatile("ltr %w0" : : "r"(selector) : "memory"); }
void load_idt(const DescriptorTable& table) { asm volatile("lidt %0" : : "m"(table) : "memory"); }

}  // namespace arch

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Privileged and identifying instructions; one thin function each, no decisions.
namespace arch {

using namespace base;

struct CpuidResult {
  u32 eax, ebx, ecx, edx;
};
CpuidResult cpuid(u32 leaf, u32 subleaf);

u64 read_msr(u32 index);
void write_msr(u32 index, u64 value);

u64 read_cr0();
u64 read_cr2();
u64 read_cr3();
u64 read_cr4();
void write_cr0(u64 value);
void write_cr3(u64 value);
void write_cr4(u64 value);
u64 read_xcr0();  // CR4.OSXSAVE must be set
void invalidate_page(u64 address);

inline constexpr u64 rflags_interrupt = 1 << 9;
u64 read_rflags();
void enable_interrupts();
void disable_interrupts();
void halt();               // HLT once; returns after an interrupt
void enable_and_halt();    // STI; HLT with no window between them [apm3 STI]
void pause();
[[noreturn]] void stop();  // CLI; HLT for ever

u64 read_tsc();
bool read_random(u64& value);  // RDRAND; false when the carry flag is clear
void write_back_caches();      // WBINVD
void fence();                  // MFENCE

struct [[gnu::packed]] DescriptorTable {
  u16 limit;
  u64 base;
};
DescriptorTable read_gdt();
void load_gdt(const DescriptorTable& table, u16 code, u16 data);  // reloads every segment register
void load_idt(const DescriptorTable& table);
void load_task_register(u16 selector);

}  // namespace arch

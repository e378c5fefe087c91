// SPDX-License-Identifier: BSD-2-Clause-Patent
// What third-party code does without asking: device registers, ports, CPUID and RDTSC by bare instructions. In an
// SEV-ES guest each of them traps, and the firmware must answer as the machine would.
#include "efi.hpp"

namespace {

using u8 = unsigned char;
using u32 = unsigned;
using u64 = unsigned long long;

[[gnu::used]] const volatile char padding[8192] = {1};  // QEMU takes a kernel for at least five sectors long

// HPET general capabilities [ia-pc hpet §2.3.4]: QEMU's counter has a period of 10 ns, in femtoseconds.
bool hpet_period() { return *reinterpret_cast<volatile u32*>(0xfed00004) == 10'000'000; }

bool hpet_counter_keeps_a_write() {
  auto& comparator = *reinterpret_cast<volatile u64*>(0xfed00108);
  comparator = 0x12345678;
  return comparator == 0x12345678;
}

bool ports() {
  u8 value;
  asm volatile("movb $0x5a, %%al; outb %%al, $0x80; movw $0x3ff, %%dx; outb %%al, %%dx; inb %%dx, %%al" : "=a"(value) : : "rdx");
  return value == 0x5a;
}

bool processor() {
  u32 a = 0, b, c = 0, d;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return b == 0x68747541;  // "Auth"
}

bool time_passes() {
  u32 low, high, low2, high2;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  asm volatile("rdtsc" : "=a"(low2), "=d"(high2));
  return (u64{high2} << 32 | low2) > (u64{high} << 32 | low);
}

bool cache_flush() {
  asm volatile("wbinvd" : : : "memory");
  return true;
}

}  // namespace

extern "C" u64 efi_main(void*, void*) {
  // The status names the first that failed.
  bool (*const checks[])() = {hpet_period, hpet_counter_keeps_a_write, ports, processor, time_passes, cache_flush};
  for (u64 i = 0; i < sizeof checks / sizeof *checks; ++i)
    if (!checks[i]()) return 0x8000'0000'0000'0100 + i;
  return 0;
}

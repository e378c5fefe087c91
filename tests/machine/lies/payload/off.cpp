// SPDX-License-Identifier: BSD-2-Clause-Patent
// An EFI application whose first instruction that traps is the last: power off by ACPI on q35, so that all that was counted was
// on the way to it.
[[gnu::used]] static const char padding[8192] = {1};  // QEMU takes a kernel for at least five sectors long

extern "C" unsigned long long efi_main(void*, void*) {
  constexpr unsigned short pm1a_control = 0x604, sleep_enable = 1 << 13;
  asm volatile("outw %w0, %w1" : : "a"(sleep_enable), "Nd"(pm1a_control));
  return 1;
}

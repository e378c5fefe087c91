// SPDX-License-Identifier: BSD-2-Clause-Patent
// An EFI application whose first instruction is the payload marker of tests/bench/icount.cpp.

// QEMU takes a kernel for at least five sectors long.
[[gnu::used]] static const char padding[8192] = {1};

extern "C" [[gnu::naked]] unsigned long long efi_main(void*, void*) {
  asm volatile(".byte 0x0f, 0x1f, 0x84, 0x00, 0xff, 0x4c, 0x53, 0x41\n xor %eax, %eax\n ret\n");
}

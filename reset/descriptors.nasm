; SPDX-License-Identifier: BSD-2-Clause-Patent
; Flat segments [apm2 §4.7]. Read-only: the accessed bits are set beforehand, so the processor never writes here.

    align 8
early_gdt:
    dq 0
    dq 0x00cf9b000000ffff               ; 0x08 code, 32-bit, 0..4 GiB
    dq 0x00cf93000000ffff               ; 0x10 data
    dq 0x00af9b000000ffff               ; 0x18 code, 64-bit
early_gdt_end:

early_gdtr:
    dw early_gdt_end - early_gdt - 1
    dd early_gdt

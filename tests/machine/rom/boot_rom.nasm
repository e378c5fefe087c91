; SPDX-License-Identifier: BSD-2-Clause-Patent
; 64 KiB ROM: from reset, or from the SIPI that the host sends, to the host program in 64-bit mode. Nothing is
; written: page tables are constants with their accessed and dirty bits set.
%include "layout.inc"

    org 0xffff0000
ROM_SIPI equ 0x3000                     ; the ROM shows again at 0xf0000: SIPI vector 0xf3

pml4:
    dq pdpt + 0x23
    times 511 dq 0
pdpt:
%assign gib 0
%rep 512
    dq (gib << 30) + 0xe3
%assign gib gib + 1
%endrep

gdt:
    dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff
gdt_pointer:
    dw 31
    dd gdt

    times ROM_SIPI - ($ - $$) db 0
    bits 16
    jmp 0xf000:(start16 - $$)     ; an application processor comes with CS = 0xf300
start16:
    cli
    o32 lgdt [cs:gdt_pointer - $$]
    mov eax, 0x11                       ; PE, ET; caches on
    mov cr0, eax
    jmp dword 8:start32
    bits 32
start32:
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov fs, eax
    mov gs, eax
    mov eax, 0x6e0                      ; PAE, MCE, PGE, OSFXSR, OSXMMEXCPT
    mov cr4, eax
    mov eax, pml4
    mov cr3, eax
    mov ecx, 0xc0000080
    mov eax, 0x1900                     ; LME, NXE, SVME
    xor edx, edx
    wrmsr
    mov eax, 0x80010033                 ; PG, WP, NE, ET, MP, PE
    mov cr0, eax
    jmp 24:start64
    bits 64
start64:
    mov eax, HOST_BASE
    jmp rax

    times 0xfff0 - ($ - $$) db 0
    bits 16
    jmp start16
    times 0x10000 - ($ - $$) db 0

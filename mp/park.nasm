; SPDX-License-Identifier: BSD-2-Clause-Patent
; Where processors wait for an operating system: one page of reserved memory that is a copy of this. Everything it
; touches is reserved too.
%include "layout.inc"

park_data16 equ 0x20                    ; parking.cpp
park_code16 equ 0x28

    section .rodata
    global park_code:hidden, park_halt:hidden, park_hold:hidden, park_nmi:hidden, park_end:hidden

    bits 64
    align 16
park_code:                              ; RDI root, RSI stack top, RDX descriptor table pointers, RCX counter, R8 where to wait
    cli
    mov cr3, rdi
    mov rsp, rsi
    lgdt [rdx]
    lidt [rdx + 16]
    push layout_selector_code64
    lea rax, [rel .reloaded]
    push rax
    retfq
.reloaded:
    mov eax, layout_selector_data
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov fs, eax
    mov gs, eax
    lock inc dword [rcx]                ; nothing of the firmware's is touched from here on
    jmp r8

    align 16
park_halt:
    cli
    hlt
    jmp park_halt

; Out of long mode and on to the reset code, whose bytes no host can change, and which needs no memory.
    align 16
park_hold:
    push layout_selector_code32
    lea rax, [rel .compatible]
    push rax
    retfq
    bits 32
.compatible:
    mov eax, cr0
    and eax, ~(1 << 31)                 ; PG
    mov cr0, eax
    mov ecx, 0xc0000080                 ; EFER
    rdmsr
    and eax, ~(1 << 8)                  ; LME
    wrmsr
    xor eax, eax
    mov cr4, eax
    mov eax, park_data16
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov fs, eax
    mov gs, eax
    jmp park_code16:(layout_ap_hold & 0xffff)
    bits 64

; An NMI is not meant for a processor that the operating system has not started.
    align 16
park_nmi:
    iretq
park_end:

    section .note.GNU-stack noalloc noexec nowrite progbits

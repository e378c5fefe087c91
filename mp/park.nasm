; SPDX-License-Identifier: BSD-2-Clause-Patent
; Where processors wait for an operating system: one page of reserved memory that is a copy of this. Everything it
; touches is reserved too.
%include "layout.inc"

    section .rodata
    global park_code:hidden, park_nmi:hidden, park_end:hidden

    bits 64
    align 16
park_code:                              ; RDI root, RSI stack top, RDX descriptor table pointers, RCX counter
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
.halt:
    cli
    hlt
    jmp .halt

; An NMI is not meant for a processor that the operating system has not started.
    align 16
park_nmi:
    iretq
park_end:

    section .note.GNU-stack noalloc noexec nowrite progbits

; SPDX-License-Identifier: BSD-2-Clause-Patent
    bits 64
    section .text
    global switch_world:hidden

switch_world:                           ; RDI root, RSI stack top, RDX entry, RCX argument
    mov cr3, rdi
    mov rsp, rsi
    xor ebp, ebp                        ; ends stack traces
    mov rdi, rcx
    push rbp
    jmp rdx

    section .note.GNU-stack noalloc noexec nowrite progbits

; SPDX-License-Identifier: BSD-2-Clause-Patent
; Two processors exchange what they are at: each lays down its registers, takes the other's up, and returns where the other
; called. Interrupts are off on both.

    bits 64
    section .text
    global mp_exchange:hidden

mp_exchange:                            ; RDI own Context, RSI the other's
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    fxsave64 [rdi + 16]
    mov [rdi], rsp                      ; the last of it: from here on the other may be on this stack
.wait:
    pause
    mov rsp, [rsi]
    test rsp, rsp
    jz .wait
    fxrstor64 [rsi + 16]
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret

    section .note.GNU-stack noalloc noexec nowrite progbits

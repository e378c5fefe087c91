; SPDX-License-Identifier: BSD-2-Clause-Patent
; Entry stubs of the interrupt table. Each pushes what the processor did not (an error code of 0 where there is
; none [apm2 §8.2]) and its vector; the common part saves the registers and calls C++.

    default rel
    bits 64
    section .text

    global interrupt_stubs:hidden
    extern interrupt_dispatch

    align 16
interrupt_stubs:
%assign vector 0
%rep 64
    align 16, db 0xcc
%if !((vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30))
    push 0
%endif
    push vector
    jmp save_and_dispatch
%assign vector vector + 1
%endrep

save_and_dispatch:
    push rax
    push rbx
    push rcx
    push rdx
    push rsi
    push rdi
    push rbp
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    cld
    mov rdi, rsp
    mov rbp, rsp
    sub rsp, 512
    and rsp, ~0xf
    fxsave64 [rsp]                      ; handlers run compiled code that uses SSE
    call interrupt_dispatch
    fxrstor64 [rsp]
    mov rsp, rbp
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rbp
    pop rdi
    pop rsi
    pop rdx
    pop rcx
    pop rbx
    pop rax
    add rsp, 16
    iretq

    section .note.GNU-stack noalloc noexec nowrite progbits

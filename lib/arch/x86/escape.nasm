; SPDX-License-Identifier: BSD-2-Clause-Patent
    bits 64
    section .text
    global call_escapable:hidden
    global escape:hidden

; What the System V ABI says a callee preserves; the EFI thunk above keeps xmm6-15.
call_escapable:                         ; RDI where to note the stack, RSI function, RDX its argument
    push rbp
    mov rbp, rsp
    push rbx
    push r12
    push r13
    push r14
    push r15
    sub rsp, 8
    stmxcsr [rsp]
    fnstcw [rsp + 4]
    mov [rdi], rsp
    mov rdi, rdx
    call rsi
leave_call:
    ldmxcsr [rsp]
    fldcw [rsp + 4]
    add rsp, 8
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret

escape:                                 ; RDI what was noted, RSI result
    mov rsp, rdi
    mov rax, rsi
    cld
    jmp leave_call

    section .note.GNU-stack noalloc noexec nowrite progbits

; SPDX-License-Identifier: BSD-2-Clause-Patent
; Into the guest and back [apm2 §15.5, §15.6]. RAX and RSP of the guest live in its VMCB, FPU and SSE state stays in
; the processor: the host is compiled without.
    default rel
    bits 64
    section .text
    global save_fpu, restore_fpu
    global world_switch, svm_vmload, svm_vmsave, svm_wait_for_nmi, nmi_entry, after_vmrun

world_switch:                           ; RDI guest registers in encoding order, RSI VMCB
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    push rdi
    mov rax, rsi
    mov rcx, [rdi + 1 * 8]
    mov rdx, [rdi + 2 * 8]
    mov rbx, [rdi + 3 * 8]
    mov rbp, [rdi + 5 * 8]
    mov rsi, [rdi + 6 * 8]
%assign n 8
%rep 8
    mov r %+ n, [rdi + n * 8]
%assign n n + 1
%endrep
    mov rdi, [rdi + 7 * 8]
    vmrun
after_vmrun:
    push rdi
    mov rdi, [rsp + 8]
    mov [rdi + 1 * 8], rcx
    mov [rdi + 2 * 8], rdx
    mov [rdi + 3 * 8], rbx
    mov [rdi + 5 * 8], rbp
    mov [rdi + 6 * 8], rsi
%assign n 8
%rep 8
    mov [rdi + n * 8], r %+ n
%assign n n + 1
%endrep
    pop rax
    mov [rdi + 7 * 8], rax
    pop rdi
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    ret

svm_vmload:
    mov rax, rdi
    vmload
    ret
svm_vmsave:
    mov rax, rdi
    vmsave
    ret

save_fpu:
    fxsave64 [rdi]
    ret
restore_fpu:
    fxrstor64 [rdi]
    ret

; The only window in which the host takes an NMI. Whether it comes before or in the HLT, the handler resumes behind
; it, so that no wake-up is lost.
svm_wait_for_nmi:
    stgi
    hlt
nmi_taken:
    clgi
    ret
nmi_entry:
    push rax
    lea rax, [nmi_taken]
    mov [rsp + 8], rax
    pop rax
    iretq

    section .note.GNU-stack noalloc noexec nowrite progbits

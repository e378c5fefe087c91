; SPDX-License-Identifier: BSD-2-Clause-Patent
%include "layout.inc"
    default rel
    bits 64
    extern host_main, host_exception
    global host_entry, load_descriptors

STACK_BYTES equ 0x8000

    section .entry progbits alloc exec nowrite align=16
host_entry:                             ; every processor; its stack goes by its APIC id
    clgi                                ; NMIs come in svm_wait_for_nmi and nowhere else
    mov eax, 1
    cpuid
    shr ebx, 24
    mov edi, ebx
    inc ebx
    imul ebx, ebx, STACK_BYTES
    lea rsp, [stacks]
    add rsp, rbx
    push 0
    jmp host_main

    section .text
load_descriptors:                       ; RDI IDT pointer, RSI GDT pointer
    lidt [rdi]
    lgdt [rsi]
    ret

    global exception_stubs
    align 16
exception_stubs:
%assign vector 0
%rep 32
    align 16, db 0xcc
%if !((vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30))
    push 0
%endif
    push vector
    jmp crash
%assign vector vector + 1
%endrep
crash:
    mov rdi, rsp
    and rsp, ~15
    cld
    call host_exception
    hlt

    section .bss nobits alloc write align=4096
stacks:
    resb STACK_BYTES * MAX_CPUS
    section .note.GNU-stack noalloc noexec nowrite progbits

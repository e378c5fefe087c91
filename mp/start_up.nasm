; SPDX-License-Identifier: BSD-2-Clause-Patent
; Where a SIPI sends a processor: real mode to long mode in one page below 1 MiB, which is a copy of this. The parameters
; at its end are filled in by start.cpp. A processor's stack is the next free one; who it is, it finds out later.
%include "layout.inc"

    section .rodata

    global start_up_code:hidden, start_up_parameters:hidden, start_up_end:hidden

%define at(label) ((label) - start_up_code)

    align 16
start_up_code:
    bits 16
    cli
    cld
    mov ax, cs
    mov ds, ax
    movzx ebx, ax
    shl ebx, 4                          ; this page
    o32 lgdt [at(gdt_pointer)]
    mov eax, [at(cr4_value)]
    mov cr4, eax
    mov eax, [at(cr3_value)]
    mov cr3, eax
    mov ecx, 0xc0000080                 ; EFER
    mov eax, [at(efer_value)]
    xor edx, edx
    wrmsr
    mov eax, [at(cr0_value)]
    mov cr0, eax                        ; protection and paging at once [apm2 §14.6.1]
    jmp dword far [at(long_mode_pointer)]

    bits 64
long_mode:
    mov eax, layout_selector_data
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov fs, eax
    mov gs, eax
    mov ebx, ebx
    mov eax, 1
    lock xadd [rbx + at(next_stack)], eax
    cmp eax, [rbx + at(stack_count)]
    jae .one_too_many
    imul rax, [rbx + at(stack_stride)]
    add rax, [rbx + at(first_stack_top)]
    mov rsp, rax
    mov rdi, rax
    xor ebp, ebp                        ; ends stack traces
    push rbp
    jmp [rbx + at(entry)]
; More processors than the host named: this page is never given back.
.one_too_many:
    cli
    hlt
    jmp .one_too_many

    align 8
gdt:
    dq 0
    dq 0
    dq 0x00cf93000000ffff               ; layout_selector_data
    dq 0x00af9b000000ffff               ; layout_selector_code64
gdt_end:

; mp::StartUpParameters
    align 8
start_up_parameters:
first_stack_top: dq 0
stack_stride: dq 0
entry: dq 0
cr0_value: dd 0
cr3_value: dd 0
cr4_value: dd 0
efer_value: dd 0
next_stack: dd 0
stack_count: dd 0
gdt_pointer:
    dw gdt_end - gdt - 1
    dd at(gdt)                          ; address of the page is added
    dw 0
long_mode_pointer:
    dd at(long_mode)                    ; address of the page is added
    dw layout_selector_code64
start_up_end:

    section .note.GNU-stack noalloc noexec nowrite progbits

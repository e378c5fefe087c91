; SPDX-License-Identifier: BSD-2-Clause-Patent
; The GHCB MSR protocol before there is a GHCB [ghcb §2.3.1], and CPUID by way of it.

    bits 32

msr_ghcb             equ 0xc0010130
msr_sev_status       equ 0xc0010131
ghcb_sev_info_request equ 0x002
ghcb_cpuid_request   equ 0x004
ghcb_cpuid_response  equ 0x005
ghcb_reset_hold_request equ 0x006
ghcb_reset_hold_response equ 0x007
ghcb_terminate       equ 0x100
exit_cpuid           equ 0x72

reason_set                  equ 2       ; cc::Reason, lib/cc/reason.hpp
reason_cpu_exception        equ 0x02
reason_illegal_sev_status   equ 0x10
reason_bad_c_bit            equ 0x11
reason_contradicting_cpuid  equ 0x12
reason_early_vc             equ 0x13
reason_bad_cpuid_response   equ 0x14

; What NASM assembles by this name, and only in 64-bit code, are other bytes [ghcb §2.3.1].
%macro vmgexit 0
    db 0xf3, 0x0f, 0x01, 0xd9
%endmacro

; In and out: EDX:EAX. Clobbers ECX.
ghcb_msr_call:
    mov ecx, msr_ghcb
    wrmsr
    vmgexit
    rdmsr
    ret

; AL: reason. A guest without SEV-ES has no GHCB to say it through: what it raises comes back here by way of
; early_exception, and the last try stops. The others bear with a host that injects events instead of ending.
early_ends_max equ 4
early_exception:
    mov al, reason_cpu_exception
terminate:
    mov esp, layout_sec_stack_top
    inc dword [layout_work_area + layout_work_early_ends]
    cmp dword [layout_work_area + layout_work_early_ends], early_ends_max
    ja .stop
    movzx eax, al
    shl eax, 16
    or eax, reason_set << 12 | ghcb_terminate
    xor edx, edx
    call ghcb_msr_call
.stop:
    cli
    hlt
    jmp .stop

; #VC. Only CPUID may bring us here, and the bytes must be CPUID's: otherwise the host made it up.
vc_handler:
    inc edi
    cmp dword [esp], exit_cpuid
    jne .bad
    push esi
    mov esi, [esp + 8]
    cmp word [esi], 0xa20f
    jne .bad
    push ebp
    mov ebp, eax
    xor esi, esi                        ; which register, in bits 31:30
.next:
    mov eax, esi
    or eax, ghcb_cpuid_request
    mov edx, ebp
    call ghcb_msr_call
    sub eax, esi
    cmp eax, ghcb_cpuid_response        ; bits 29:12 are zero
    jne .bad_response
    push edx
    add esi, 1 << 30
    jnz .next
    pop edx
    pop ecx
    pop ebx
    pop eax
    pop ebp
    pop esi
    add esp, 4                          ; error code
    add dword [esp], 2                  ; past CPUID
    iretd
.bad:
    mov al, reason_early_vc
    jmp terminate
.bad_response:
    mov al, reason_bad_cpuid_response
    jmp terminate

; Interrupt tables of the reset code; SEC has its own. Vectors beyond the limit raise #GP.
%define early_address(label) (label - image_header + layout_reset_base)
%macro early_gate 1                     ; handler
    dw early_address(%1) & 0xffff
    dw layout_selector_code32
    dw 0x8e00                           ; present, 32-bit interrupt gate
    dw early_address(%1) >> 16
%endmacro
%macro early_gate_64 1                  ; handler
    dw early_address(%1) & 0xffff
    dw layout_selector_code64
    dw 0x8e00                           ; present, 64-bit interrupt gate
    dw early_address(%1) >> 16
    dq 0
%endmacro

    align 8
early_idt:
%rep 29
    early_gate early_exception
%endrep
    early_gate vc_handler
    early_gate early_exception
    early_gate early_exception
early_idt_end:
early_idt_64:
%rep 29
    early_gate_64 early_exception_64
%endrep
    early_gate_64 early_vc_64
    early_gate_64 early_exception_64
    early_gate_64 early_exception_64
early_idt_64_end:

early_idtr:
    dw early_idt_end - early_idt - 1
    dd early_idt
early_idtr_64:
    dw early_idt_64_end - early_idt_64 - 1
    dd early_idt_64

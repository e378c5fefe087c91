; SPDX-License-Identifier: BSD-2-Clause-Patent
; The GHCB MSR protocol before there is a GHCB [ghcb §2.3.1], and CPUID by way of it.

    bits 32

msr_ghcb             equ 0xc0010130
msr_sev_status       equ 0xc0010131
ghcb_sev_info_request equ 0x002
ghcb_cpuid_request   equ 0x004
ghcb_cpuid_response  equ 0x005
ghcb_terminate       equ 0x100
exit_cpuid           equ 0x72

reason_set                  equ 2       ; cc::Reason, lib/cc/reason.hpp
reason_illegal_sev_status   equ 0x10
reason_bad_c_bit            equ 0x11
reason_contradicting_cpuid  equ 0x12
reason_early_vc             equ 0x13
reason_bad_cpuid_response   equ 0x14

; NASM knows VMGEXIT only in 64-bit code.
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

; AL: reason. A guest without SEV-ES has no GHCB to say it through; it stops all the same.
terminate:
    movzx eax, al
    shl eax, 16
    or eax, reason_set << 12 | ghcb_terminate
    xor edx, edx
    test edi, edi
    jz .stop
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

    align 8
vc_idt:
    times 29 dq 0
    dw (vc_handler - image_header + layout_reset_base) & 0xffff
    dw layout_selector_code32
    dw 0x8e00                           ; present, 32-bit interrupt gate
    dw 0xffff
vc_idt_end:
vc_idtr:
    dw vc_idt_end - vc_idt - 1
    dd vc_idt

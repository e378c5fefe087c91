; SPDX-License-Identifier: BSD-2-Clause-Patent
; 32-bit protected mode: what kind of guest is this?

    bits 32

guest_plain  equ 0                      ; cc::GuestType
guest_sev    equ 1
guest_sev_es equ 2
guest_snp    equ 3

; A TD is not served yet: its metadata is absent, so no host can build one from this image. The door is here so
; that the bytes of the vector need not change. Every virtual CPU of a TD would arrive here at once.
td_entry:
    hlt
    jmp td_entry

; In: EDX:EBX reset time stamp. Up to here an event that the host injects shuts the guest down: nothing below 1 MiB is
; validated that a stack could lie in. From ESP's load on, each ends with its reason.
protected_entry:
    mov ax, layout_selector_data
    mov ss, ax
    mov esp, layout_sec_stack_top
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov dword [layout_work_area + layout_work_early_ends], 0
    mov [layout_work_area + layout_work_reset_tsc], ebx
    mov [layout_work_area + layout_work_reset_tsc + 4], edx

; SEV_STATUS names the guest [apm2 §15.34.10]; it may be read only when CPUID knows SEV. EDI counts how often
; CPUID trapped: with SEV-ES it always does, without it never can.
detect_guest:
    xor edi, edi
    xor ebp, ebp                        ; high half of the private mask
    mov eax, 0x80000000
    cpuid
    cmp eax, 0x8000001f
    jb .not_sev
    mov eax, 0x8000001f
    cpuid
    test al, 1 << 1                     ; SEV
    jz .not_sev
    and ebx, 0x3f                       ; C-bit position
    mov ecx, msr_sev_status
    rdmsr
    and eax, 7
    jz .not_sev
    mov esi, eax
    mov ecx, ebx
    sub ecx, 32
    jb .bad_c_bit                       ; every real one is above the low half
    mov ebp, 1
    shl ebp, cl
    mov eax, guest_sev
    cmp esi, 1
    je .must_not_have_trapped
    mov eax, guest_sev_es
    cmp esi, 3
    je .must_have_trapped
    mov eax, guest_snp
    cmp esi, 7
    je .must_have_trapped
    mov al, reason_illegal_sev_status
    jmp terminate
.bad_c_bit:
    mov al, reason_bad_c_bit
    jmp terminate
.not_sev:
    xor eax, eax
.must_not_have_trapped:
    test edi, edi
    jz .detected
    mov al, reason_contradicting_cpuid
    jmp terminate
.must_have_trapped:
    test edi, edi
    jnz .check_c_bit
    mov al, reason_contradicting_cpuid
    jmp terminate

; The position came from the host by way of CPUID; SEV_INFO must name the same one [ghcb §2.3.1].
.check_c_bit:
    mov esi, eax
    mov eax, ghcb_sev_info_request
    xor edx, edx
    call ghcb_msr_call
    cmp ax, 1                           ; SEV_INFO; bits 15:12 are zero
    jne .bad_c_bit
    shr eax, 24
    cmp al, bl
    jne .bad_c_bit
    mov eax, esi
.detected:
    mov [layout_work_area + layout_work_guest_type], al
    mov dword [layout_work_area + layout_work_private_mask], 0
    mov [layout_work_area + layout_work_private_mask + 4], ebp
    ; falls through to build_page_tables; EBP: high half of the private mask

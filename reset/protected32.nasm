; SPDX-License-Identifier: BSD-2-Clause-Patent
; 32-bit protected mode to long mode.

    bits 32

guest_plain  equ 0                      ; cc::GuestType
guest_sev    equ 1
guest_sev_es equ 2
guest_snp    equ 3
guest_tdx    equ 4

; A TD is not served yet: its metadata is absent, so no host can build one from this image. The door is here so
; that the bytes of the vector need not change. Every virtual CPU of a TD would arrive here at once.
td_entry:
    hlt
    jmp td_entry

; In: EDX:EBX reset time stamp.
protected_entry:
    mov ax, layout_selector_data
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov fs, ax
    mov gs, ax
    mov [layout_work_area + layout_work_reset_tsc], ebx
    mov [layout_work_area + layout_work_reset_tsc + 4], edx

; SEV_STATUS names the guest [apm2 §15.34.10]; it may be read only when CPUID knows SEV. There is no stack yet.
detect_guest:
    mov eax, 0x80000000
    cpuid
    xor edi, edi                        ; guest_plain
    cmp eax, 0x8000001f
    jb .detected
    mov eax, 0x8000001f
    cpuid
    test al, 1 << 1                     ; SEV
    jz .detected
    mov ecx, 0xc0010131                 ; SEV_STATUS
    rdmsr
    and eax, 7
    jz .detected
    inc edi                             ; guest_sev
    test al, 1 << 1
    jz .detected
    inc edi                             ; guest_sev_es
    test al, 1 << 2
    jz .detected
    inc edi                             ; guest_snp
.detected:
    mov eax, edi
    mov [layout_work_area + layout_work_guest_type], al
    ; falls through to build_page_tables

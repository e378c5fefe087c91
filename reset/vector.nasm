; SPDX-License-Identifier: BSD-2-Clause-Patent
; Where every guest starts. Plain and SEV guests arrive in real mode with CS base 0xFFFF0000; a TD arrives in
; flat 32-bit protected mode [tdvf §2.1.1]. The bytes at the vector mean the same in both modes.

%macro pad_to 1
    times (%1) - ($ - $$) db 0xcc
%endmacro
%define low16(label) ((label - image_header) + (layout_reset_base & 0xffff))

    bits 16
real_mode:
    cli
    cld
    rdtsc
    mov ebx, eax                        ; reset time stamp: EDX:EBX
    o32 lgdt [cs:low16(early_gdtr)]
    o32 lidt [cs:low16(early_idtr)]
    mov eax, cr0
    and eax, ~((1 << 30) | (1 << 29))   ; caches on: CD and NW are set at reset
    or al, 1
    mov cr0, eax
    jmp dword layout_selector_code32:protected_entry

; Where the host starts the other processors of an SEV-ES or SNP guest. With SEV-ES the jump table says where they go, the
; firmware's start-up code or the operating system's; an SNP guest makes its processors anew and needs none of these.
ap_reset:
    cli
    o32 lidt [cs:low16(no_idtr)]        ; whatever the host injects ends this processor
    mov ecx, msr_sev_status
    rdmsr
    test al, 4                          ; SNP
    jnz ap_hold
    o32 lgdt [cs:low16(early_gdtr)]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    mov bx, layout_selector_data
    mov ds, bx                          ; keeps its 4 GiB limit in real mode
    and al, ~1
    mov cr0, eax
    cmp dword [dword layout_ap_jump_table], 0
    je ap_hold
    jmp far [dword layout_ap_jump_table]

ap_leave_protected:
    mov eax, cr0
    and al, ~1
    mov cr0, eax                        ; CS keeps its base
; AP reset hold [ghcb §4.3]: until the host lets go with anything but zero.
ap_hold:
    mov ecx, msr_ghcb
    mov eax, ghcb_reset_hold_request
    xor edx, edx
    wrmsr
    vmgexit
    rdmsr
    mov bx, ax
    and bx, 0xfff
    cmp bx, ghcb_reset_hold_response
    jne ap_hold
    and ax, 0xf000
    or eax, edx
    jz ap_hold
    jmp ap_reset

no_idtr:
    times 6 db 0

; The GUIDed table: entries `data, u16 length, GUID`, read backwards from image_end - 0x20.
guided_table_bytes equ guided_table_end - guided_table
    pad_to layout_reset_bytes - 0x20 - guided_table_bytes
guided_table:
    dd layout_launch_secret, layout_launch_secret_bytes
    dw 26
    db 0x61, 0xb3, 0x2e, 0x4c, 0x9b, 0x7d, 0xc3, 0x4c, 0x80, 0x81, 0x12, 0x7c, 0x90, 0xd3, 0xd2, 0x94 ; 4c2eb361-...
    dd layout_kernel_hashes, layout_kernel_hashes_bytes
    dw 26
    db 0x1f, 0x37, 0x55, 0x72, 0x3b, 0x3a, 0x04, 0x4b, 0x92, 0x7b, 0x1d, 0xa6, 0xef, 0xa8, 0xd4, 0x54 ; 7255371f-...
    dw low16(ap_reset), 0xffff          ; SEV-ES reset block: IP, CS base >> 16
    dw 22
    db 0xde, 0x71, 0xf7, 0x00, 0x7e, 0x1a, 0xcb, 0x4f, 0x89, 0x0e, 0x68, 0xc7, 0x7e, 0x2f, 0xb4, 0x4e ; 00f771de-...
    dd layout_reset_bytes - (sev_metadata - image_header) ; from the end of the image
    dw 22
    db 0x66, 0x65, 0x88, 0xdc, 0x4a, 0x98, 0x98, 0x47, 0xa7, 0x5e, 0x55, 0x85, 0xa7, 0xbf, 0x67, 0xcc ; dc886566-...
    dw guided_table_bytes
    db 0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45, 0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d ; 96b582de-...
guided_table_end:

    pad_to layout_reset_bytes - 0x20
to_real_mode:
    jmp near real_mode
    pad_to layout_reset_bytes - (layout_image_end - layout_ap_hold)
    jmp near ap_leave_protected

    pad_to layout_reset_bytes - 0x10
reset_vector:
    mov eax, cr0                        ; 0F 20 C0 in both modes
    test al, 1
    jz to_real_mode
    bits 32
    jmp td_entry
    pad_to layout_reset_bytes

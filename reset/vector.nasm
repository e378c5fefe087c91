; SPDX-License-Identifier: BSD-2-Clause-Patent
; Where every guest starts. Plain and SEV guests arrive in real mode with CS base 0xFFFF0000; a TD arrives in
; flat 32-bit protected mode [tdvf §2.1.1]. The bytes at the vector mean the same in both modes.

%macro pad_to 1
    times (%1) - ($ - $$) db 0xcc
%endmacro

    pad_to layout_reset_bytes - 0x60
    bits 16
real_mode:
    cli
    cld
    rdtsc
    mov ebx, eax                        ; reset time stamp: EDX:EBX
    o32 lgdt [cs:(early_gdtr - image_header) + (layout_reset_base & 0xffff)]
    mov eax, cr0
    and eax, ~((1 << 30) | (1 << 29))   ; caches on: CD and NW are set at reset
    or al, 1
    mov cr0, eax
    jmp dword layout_selector_code32:protected_entry

    ; The GUIDed table ends at image_end - 0x20; it grows downwards from here when SEV and TDX metadata arrive.

    pad_to layout_reset_bytes - 0x10
    bits 16
reset_vector:
    mov eax, cr0                        ; 0F 20 C0 in both modes
    test al, 1
    jz real_mode
    bits 32
    jmp td_entry
    pad_to layout_reset_bytes

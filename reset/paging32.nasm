; SPDX-License-Identifier: BSD-2-Clause-Patent
; The first page tables: 0..4 GiB identity mapped with 2 MiB pages, in SEC's RAM, all private in an SEV guest. PEI
; replaces them. In: EBP, high half of the private mask.

pte_present  equ 1 << 0
pte_write    equ 1 << 1
pte_accessed equ 1 << 5
pte_dirty    equ 1 << 6
pte_large    equ 1 << 7
table_flags  equ pte_present | pte_write | pte_accessed
leaf_flags   equ pte_present | pte_write | pte_accessed | pte_dirty | pte_large

pml4 equ layout_early_page_tables
pdpt equ pml4 + 0x1000
directories equ pdpt + 0x1000

build_page_tables:
    xor eax, eax
    mov edi, pml4
    mov ecx, 0x2000 / 4
    rep stosd                           ; PML4 and PDPT; the directories are written whole
    mov dword [pml4], pdpt + table_flags
    mov [pml4 + 4], ebp
%assign gib 0
%rep 4
    mov dword [pdpt + gib * 8], directories + gib * 0x1000 + table_flags
    mov [pdpt + gib * 8 + 4], ebp
%assign gib gib + 1
%endrep

    mov eax, leaf_flags + 2047 * 0x200000
    mov ecx, 2048
.leaf:
%assign below 8
%rep 4
    mov [directories + ecx * 8 - below], eax
    mov [directories + ecx * 8 - below + 4], ebp
    sub eax, 0x200000
%assign below below + 8
%endrep
    sub ecx, 4
    jnz .leaf

    ; Written unpaged, so encrypted in an SEV guest; read back below through the C-bit of these tables.
    mov ebx, [layout_work_area + layout_work_reset_tsc]
    xor ebx, 0x5aa5c33c
    mov [layout_work_area + layout_work_read_back], ebx

enter_long_mode:
    mov eax, cr4
    or eax, (1 << 5) | (1 << 9) | (1 << 10)     ; PAE, OSFXSR, OSXMMEXCPT
    mov cr4, eax
    mov eax, pml4
    mov cr3, eax
    mov ecx, 0xc0000080                 ; EFER
    rdmsr
    or eax, 1 << 8                      ; LME
    wrmsr
    mov eax, cr0
    and eax, ~((1 << 2) | (1 << 3))     ; EM, TS
    or eax, (1 << 31) | (1 << 16) | (1 << 5) | (1 << 1) ; PG, WP, NE, MP
    mov cr0, eax
    lidt [early_idtr_64]                ; an event in between finds gates of the wrong size: #DF, shut-down
    jmp layout_selector_code64:long_mode_entry

    bits 64
long_mode_entry:
    xor r15d, r15d                      ; for terminate_64
    mov esp, layout_sec_stack_top
    mov eax, layout_work_area
    cmp [rax + layout_work_read_back], ebx
    jne .wrong_c_bit
    mov ebx, image_header
    mov esi, [rbx + layout_header_sec_address]
    mov ecx, [rbx + layout_header_sec_bytes]
    mov edi, layout_sec_image
    shr ecx, 3                          ; mkimage pads to whole quadwords
    rep movsq
    xor ebp, ebp                        ; ends stack traces
    push rbp                            ; the return address that the ABI's alignment expects
    mov edi, layout_work_area
    mov eax, layout_sec_image           ; SEC's entry is its first byte
    jmp rax

; The tables do not name the bit that the memory controller looks at. Nothing can be trusted, the stack included.
.wrong_c_bit:
    mov al, reason_bad_c_bit
    jmp terminate_64
early_vc_64:
    mov al, reason_early_vc
    jmp terminate_64
early_exception_64:
    mov al, reason_cpu_exception

; As terminate, but for R15 in place of memory.
terminate_64:
    inc r15d
    cmp r15d, early_ends_max
    ja .stop
    movzx eax, al
    shl eax, 16
    or eax, reason_set << 12 | ghcb_terminate
    xor edx, edx
    mov ecx, msr_ghcb
    wrmsr
    vmgexit
.stop:
    cli
    hlt
    jmp .stop

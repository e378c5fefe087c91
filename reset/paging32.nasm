; SPDX-License-Identifier: BSD-2-Clause-Patent
; The first page tables: 0..4 GiB identity mapped with 2 MiB pages, in SEC's RAM. PEI replaces them.

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
    mov dword [pdpt + 0], directories + 0x0000 + table_flags
    mov dword [pdpt + 8], directories + 0x1000 + table_flags
    mov dword [pdpt + 16], directories + 0x2000 + table_flags
    mov dword [pdpt + 24], directories + 0x3000 + table_flags

    xor edx, edx                        ; high halves
    mov eax, leaf_flags + 2047 * 0x200000
    mov ecx, 2048
.leaf:
    mov [directories + ecx * 8 - 8], eax
    mov [directories + ecx * 8 - 4], edx
    sub eax, 0x200000
    dec ecx
    jnz .leaf

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
    jmp layout_selector_code64:long_mode_entry

    bits 64
long_mode_entry:
    mov ebx, image_header
    mov esi, [rbx + layout_header_sec_address]
    mov ecx, [rbx + layout_header_sec_bytes]
    mov edi, layout_sec_image
    shr ecx, 3                          ; mkimage pads to whole quadwords
    rep movsq
    mov esp, layout_sec_stack_top
    xor ebp, ebp                        ; ends stack traces
    push rbp                            ; the return address that the ABI's alignment expects
    mov edi, layout_work_area
    mov eax, layout_sec_image           ; SEC's entry is its first byte
    jmp rax

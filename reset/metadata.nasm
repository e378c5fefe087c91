; SPDX-License-Identifier: BSD-2-Clause-Patent
; What a host must prepare in an SNP guest's memory before it starts: read by QEMU [qemu hw/i386/pc_sysfw_ovmf.c].

%macro section_entry 3                  ; base, bytes, type
    dd %1, %2, %3
%endmacro

sev_sec_memory    equ 1
sev_secrets       equ 2
sev_cpuid         equ 3
sev_calling_area  equ 4
sev_kernel_hashes equ 0x10

    align 4
sev_metadata:
    db "ASEV"
    dd sev_metadata_end - sev_metadata
    dd 1                                ; version
    dd (sev_metadata_end - sev_sections) / 12
sev_sections:
    section_entry layout_sec_ram_base, layout_sec_ram_low_bytes, sev_sec_memory
    section_entry layout_secrets_page, 0x1000, sev_secrets
    section_entry layout_cpuid_page, 0x1000, sev_cpuid
    section_entry layout_svsm_calling_area, 0x1000, sev_calling_area
    section_entry layout_kernel_hashes_page, 0x1000, sev_kernel_hashes
    section_entry layout_sec_ram_high, layout_sec_ram_high_bytes, sev_sec_memory
sev_metadata_end:

; SPDX-License-Identifier: BSD-2-Clause-Patent
; One rule of the processor or of the protocol per case: kept (ends in PASS) or broken (the host names the rule).
%include "frame.inc"

%ifdef CASE_validate_once
test_main:
    TAKE PRIVATE
    mov dword [PRIVATE], 0x1234
    cmp dword [PRIVATE], 0x1234
    FAIL_UNLESS e, 1
    PASS
%endif
%ifdef CASE_access_unvalidated
test_main:
    MSR_PSC PRIVATE, 1
    mov eax, [PRIVATE]
    PASS
%endif
%ifdef CASE_access_unassigned
test_main:
    mov eax, [PRIVATE]
    PASS
%endif
%ifdef CASE_double_validation
test_main:
    TAKE PRIVATE
    PVALIDATE_AT PRIVATE, 0, 1
    PASS
%endif
%ifdef CASE_validate_unassigned
test_main:
    PVALIDATE_AT PRIVATE, 0, 1
    PASS
%endif
%ifdef CASE_rescind_and_return
test_main:
    TAKE PRIVATE
    PVALIDATE_AT PRIVATE, 0, 0
    FAIL_UNLESS nc, 1
    MSR_PSC PRIVATE, 2
    mov dword [SHARED], 5
    cmp dword [SHARED], 5
    FAIL_UNLESS e, 2
    TAKE PRIVATE
    mov dword [PRIVATE], 6
    PASS
%endif
%ifdef CASE_double_rescind
test_main:
    TAKE PRIVATE
    PVALIDATE_AT PRIVATE, 0, 0
    PVALIDATE_AT PRIVATE, 0, 0
    PASS
%endif
%ifdef CASE_psc_validated
test_main:
    TAKE PRIVATE
    MSR_PSC PRIVATE, 2
    PASS
%endif
%ifdef CASE_psc_repeated
test_main:
    MSR_PSC PRIVATE, 1
    MSR_PSC PRIVATE, 1
    PASS
%endif
%ifdef CASE_shared_access_private
test_main:
    TAKE PRIVATE
    mov eax, [SHARED]
    PASS
%endif
%ifdef CASE_write_shared_private
test_main:
    TAKE PRIVATE
    mov dword [SHARED], 1
    PASS
%endif
%ifdef CASE_views_are_separate
test_main:                              ; what was private is not what is shared, and not what is private again
    TAKE PRIVATE
    mov rax, 0x0123456789abcdef
    mov [PRIVATE + 8], rax
    PVALIDATE_AT PRIVATE, 0, 0
    MSR_PSC PRIVATE, 2
    mov rax, 0x0123456789abcdef
    cmp [SHARED + 8], rax
    FAIL_UNLESS ne, 1
    TAKE PRIVATE
    mov rax, 0x0123456789abcdef
    cmp [PRIVATE + 8], rax
    FAIL_UNLESS ne, 2
    PASS
%endif
%ifdef CASE_dma_misses_private
test_main:                              ; fw_cfg's device writes the address that the guest keeps private
    TAKE PRIVATE
    mov rax, 0x1122334455667788
    mov [PRIVATE], rax
    mov dword [SHARED + 0x1000], 0x0a000000      ; select item 0, read
    mov dword [SHARED + 0x1004], 0x04000000
    mov rax, PRIVATE
    bswap rax
    mov [SHARED + 0x1008], rax
    GHCB_FIELD 0x1f8, 0
    GHCB_EXIT 0x7b, 0x5140040, 0
    GHCB_FIELD 0x1f8, 0x00102000                 ; PRIVATE + 0x1000, big-endian
    GHCB_EXIT 0x7b, 0x5180040, 0
    cmp dword [SHARED + 0x1000], 0               ; the device is done
    FAIL_UNLESS e, 1
    mov rax, 0x1122334455667788
    cmp [PRIVATE], rax
    FAIL_UNLESS e, 2
    PVALIDATE_AT PRIVATE, 0, 0
    PASS
%endif
%ifdef CASE_execute_shared
test_main:
    mov byte [SHARED], 0xc3
    mov rax, SHARED
    call rax
    PASS
%endif
%ifdef CASE_execute_private_without_c_bit
test_main:                              ; fetches are private whatever the entry says
    TAKE PRIVATE
    mov byte [PRIVATE], 0xc3
    mov rax, SHARED
    call rax
    PASS
%endif
%ifdef CASE_write_through_fetch_alias
test_main:
    TAKE PRIVATE
    mov byte [PRIVATE], 0xc3
    mov rax, SHARED
    call rax
    mov dword [SHARED], 1
    PASS
%endif
%macro PSC_LIST 2                       ; current and end entry, entry 0
    mov dword [GHCB + 0x800], %1
    mov dword [GHCB + 0x804], 0
    mov rax, %2
    mov [GHCB + 0x808], rax
    GHCB_FIELD 0x3a8, GHCB + 0x800
    GHCB_EXIT 0x80000010, 0, 0
%endmacro
%ifdef CASE_large_page
test_main:
    PSC_LIST 0, LARGE | 1 << 52 | 1 << 56
    cmp qword [GHCB + 0x3a0], 0
    FAIL_UNLESS e, 1
    cmp word [GHCB + 0x800], 1
    FAIL_UNLESS e, 2
    PVALIDATE_AT LARGE, 1, 1
    FAIL_UNLESS nc, 3
    test eax, eax
    FAIL_UNLESS z, 4
    mov dword [LARGE + 0x1ff000], 7
    PASS
%endif
%ifdef CASE_size_mismatch
test_main:                              ; 2 MiB validation of a 4 KiB entry is refused by the processor
    MSR_PSC LARGE, 1
%assign page 1
%rep 511
    mov eax, LARGE + page * 0x1000
    call psc_page
%assign page page + 1
%endrep
    PVALIDATE_AT LARGE, 1, 1
    cmp eax, 6
    FAIL_UNLESS e, 1
    PVALIDATE_AT LARGE, 0, 1
    test eax, eax
    FAIL_UNLESS z, 2
    PASS
psc_page:
    mov rbx, 0x014 | 1 << 52
    or rax, rbx
    jmp msr_protocol
%endif
%ifdef CASE_small_validation_of_large_page
test_main:                              ; the host splits its entry
    PSC_LIST 0, LARGE | 1 << 52 | 1 << 56
    PVALIDATE_AT LARGE + 0x5000, 0, 1
    test eax, eax
    FAIL_UNLESS z, 1
    mov dword [LARGE + 0x5000], 7
    PASS
%endif
%ifdef CASE_rest_of_large_page
test_main:
    PSC_LIST 0, LARGE | 1 << 52 | 1 << 56
    PVALIDATE_AT LARGE + 0x5000, 0, 1
    mov dword [LARGE + 0x6000], 7
    PASS
%endif
%ifdef CASE_psc_list_bad_header
test_main:
    PSC_LIST 253 << 16, PRIVATE | 1 << 52
    mov rax, 0x100000001
    cmp [GHCB + 0x3a0], rax
    FAIL_UNLESS e, 1
    PASS
%endif
%ifdef CASE_psc_list_bad_entry
test_main:
    PSC_LIST 0, PRIVATE | 3 << 52
    mov rax, 0x100000002
    cmp [GHCB + 0x3a0], rax
    FAIL_UNLESS e, 1
    PSC_LIST 0, (PRIVATE + 0x1000) | 1 << 52 | 1 << 56
    mov rax, 0x100000002
    cmp [GHCB + 0x3a0], rax
    FAIL_UNLESS e, 2
    PASS
%endif
%ifdef CASE_rmpadjust
test_main:
    TAKE PRIVATE
    RMPADJUST_AT PRIVATE, 0, 1
    test eax, eax
    FAIL_UNLESS z, 1
    RMPADJUST_AT PRIVATE, 0, 0          ; its own VMPL
    cmp eax, 2
    FAIL_UNLESS e, 2
    RMPADJUST_AT PRIVATE, 0, 4          ; no such VMPL
    cmp eax, 1
    FAIL_UNLESS e, 3
    PASS
%endif
%ifdef CASE_rmpadjust_unvalidated
test_main:
    MSR_PSC PRIVATE, 1
    RMPADJUST_AT PRIVATE, 0, 1
    PASS
%endif
%ifdef CASE_rmpadjust_size
test_main:
    MSR_PSC LARGE, 1
    PVALIDATE_AT LARGE, 0, 1
    RMPADJUST_AT LARGE, 0, 1
    test eax, eax
    FAIL_UNLESS z, 1
    PASS
%endif
%ifdef CASE_msr_protocol
test_main:
    MSR_PROTOCOL 2
    mov rbx, 0x000200012f000001
    cmp rax, rbx
    FAIL_UNLESS e, 1
    MSR_PROTOCOL 0x80
    and eax, 0x3fff
    cmp eax, 0x3081
    FAIL_UNLESS e, 2
    MSR_PROTOCOL 0x10
    mov rbx, 0xfffffffffffff011
    cmp rax, rbx
    FAIL_UNLESS e, 3
    MSR_PROTOCOL 0x40000004             ; CPUID 0, EBX
    mov rbx, 0x6874754140000005         ; "Auth"
    cmp rax, rbx
    FAIL_UNLESS e, 4
    MSR_PROTOCOL 0x16                   ; no other VMPL
    shr rax, 32
    FAIL_UNLESS nz, 5
    PASS
%endif
%ifdef CASE_msr_protocol_unknown
test_main:
    MSR_PROTOCOL 0x3f
    PASS
%endif
%ifdef CASE_register_private_ghcb
test_main:
    TAKE PRIVATE
    MSR_PROTOCOL 0x012 | PRIVATE
    PASS
%endif
%ifdef CASE_ghcb_unregistered
test_main:
    mov word [GHCB + 0xffa], 2
    GHCB_EXIT 0x89, 0, 0
    PASS
%endif
%ifdef CASE_ghcb_private
test_main:
    TAKE PRIVATE
    MSR_PROTOCOL PRIVATE
    PASS
%endif
%ifdef CASE_ghcb_missing_input
test_main:
    GHCB_EXIT 0x72, 0, 0                ; CPUID without RAX and RCX
    PASS
%endif
%ifdef CASE_ghcb_usage
test_main:
    mov dword [GHCB + 0xffc], 1
    GHCB_EXIT 0x89, 0, 0
    PASS
%endif
%ifdef CASE_ghcb_unknown_event
test_main:
    GHCB_EXIT 0x80000099, 0, 0
    PASS
%endif
%ifdef CASE_scratch_private
test_main:
    TAKE PRIVATE
    GHCB_FIELD 0x3a8, PRIVATE
    GHCB_EXIT 0x80000010, 0, 0
    PASS
%endif
%ifdef CASE_every_vc
test_main:
    EXPECT_VC 0x72, cpuid
    EXPECT_VC 0x7b, in al, 0x60
    EXPECT_VC 0x7b, out 0x80, al
    mov dx, 0x402
    mov edi, SCRAP + 64
    mov esi, SCRAP + 64
    EXPECT_VC 0x7b, insb
    EXPECT_VC 0x7b, outsw
    mov ecx, 1
    EXPECT_VC 0x7b, rep outsb
    mov ecx, 0x1b
    EXPECT_VC 0x7c, rdmsr
    mov ecx, 0x2ff
    EXPECT_VC 0x7c, wrmsr
    EXPECT_VC 0x89, wbinvd
    EXPECT_VC 0x76, invd
    xor ecx, ecx
    EXPECT_VC 0x6f, rdpmc
    EXPECT_VC 0x81, vmmcall
    xor edx, edx
    mov eax, SCRAP
    EXPECT_VC 0x8a, monitor
    EXPECT_VC 0x8b, mwait
    EXPECT_VC 0x27, mov rax, dr7
    EXPECT_VC 0x37, mov dr7, rax
    EXPECT_VC 0x400, mov eax, [DEVICES + 0x30]
    EXPECT_VC 0x400, mov [DEVICES + 0x80], eax
    PASS
%endif
%ifdef CASE_sev_status
test_main:                              ; the processor's own registers raise no #VC
    mov ecx, 0xc0010131
    rdmsr
    cmp eax, 7
    FAIL_UNLESS e, 1
    mov ecx, 0xc0000080
    rdmsr
    test eax, 0x400
    FAIL_UNLESS nz, 2
    rdtsc
    PASS
%endif
%ifdef CASE_mmio
test_main:                              ; the interrupt controller's version, and a register written and read
    GHCB_FIELD 0x3a8, GHCB + 0x800
    GHCB_EXIT 0x80000001, 0xfee00030, 4
    cmp byte [GHCB + 0x800], 0x14
    FAIL_UNLESS e, 1
    mov dword [GHCB + 0x800], 0x30
    GHCB_EXIT 0x80000002, 0xfee00080, 4
    mov dword [GHCB + 0x800], 0
    GHCB_EXIT 0x80000001, 0xfee00080, 4
    cmp dword [GHCB + 0x800], 0x30
    FAIL_UNLESS e, 2
    PASS
%endif
%ifdef CASE_mmio_of_ram
test_main:
    GHCB_FIELD 0x3a8, GHCB + 0x800
    GHCB_EXIT 0x80000001, PRIVATE, 4
    PASS
%endif
%ifdef CASE_string_io
test_main:                              ; "QEMU" by INS from fw_cfg
    GHCB_FIELD 0x1f8, 0
    GHCB_EXIT 0x7b, 0x5100020, 0
    GHCB_FIELD 0x3a8, GHCB + 0x800
    GHCB_EXIT 0x7b, 0x511001d, 4
    cmp dword [GHCB + 0x800], "QEMU"
    FAIL_UNLESS e, 1
    PASS
%endif
%ifdef CASE_cpuid_and_features
test_main:
    GHCB_FIELD 0x1f8, 0x8000001f
    GHCB_FIELD 0x308, 0
    GHCB_EXIT 0x72, 0, 0
    mov eax, [GHCB + 0x318]
    and eax, 63
    cmp eax, 47
    FAIL_UNLESS e, 1
    GHCB_EXIT 0x8000fffd, 0, 0
    test dword [GHCB + 0x3a0], 3
    FAIL_UNLESS nz, 2
    PASS
%endif
%ifdef CASE_apic_ids
test_main:
    GHCB_FIELD 0x1f8, 1
    GHCB_EXIT 0x80000017, PRIVATE, 0
    cmp dword [SHARED], 1
    FAIL_UNLESS e, 1
    cmp dword [SHARED + 4], 0
    FAIL_UNLESS e, 2
    PASS
%endif
%ifdef CASE_jump_table
test_main:
    GHCB_EXIT 0x80000005, 0, 0x87000
    GHCB_EXIT 0x80000005, 1, 0
    cmp qword [GHCB + 0x3a0], 0x87000
    FAIL_UNLESS e, 1
    PASS
%endif
%ifdef CASE_hidden_ram
test_main:                              ; CMOS tells of 64 MiB, less the first 16
    GHCB_FIELD 0x1f8, 0x35
    GHCB_EXIT 0x7b, 0x700010, 0
    GHCB_EXIT 0x7b, 0x710011, 0
    cmp byte [GHCB + 0x1f8], 0x03
    FAIL_UNLESS e, 1
    PASS
%endif
%ifdef CASE_terminate
test_main:
    GHCB_EXIT 0x8000fffe, 0x12 << 4 | 3, 0xabc
    PASS
%endif
%ifdef CASE_triple_fault
test_main:
    lidt [rel zero_idt]
    ud2
zero_idt:
    dw 0
    dq 0
%endif

%ifdef CASE_guest_request
test_main:                              ; the test puts an encrypted request at REQUEST_BLOB and reads the response
    mov esi, REQUEST_BLOB
    mov edi, SHARED
    mov ecx, 4096 / 8
    rep movsq
    GHCB_EXIT 0x80000011, PRIVATE, PRIVATE + 0x1000
    mov rax, [GHCB + 0x3a0]
    test rax, rax
    FAIL_UNLESS z, 1
    xor ebp, ebp
send_quarter:
    lea rsi, [rbp + SHARED + 0x1000]
    mov edi, GHCB + 0x800
    mov ecx, 1024 / 8
    rep movsq
    GHCB_FIELD 0x3a8, GHCB + 0x800
    GHCB_EXIT 0x7b, 0x3f8001c, 1024
    add ebp, 1024
    cmp ebp, 4096
    jne send_quarter
    GHCB_EXIT 0x80000011, PRIVATE, PRIVATE + 0x1000      ; the same again is a replay
    cmp qword [GHCB + 0x3a0], 0x1c
    FAIL_UNLESS e, 2
    PASS
%endif

; ---- processors by AP creation ----
%macro MAKE_VMSA 1                      ; at a private page that is validated
    mov rdi, %1
    xor eax, eax
    mov ecx, 512
    rep stosq
    mov rdi, %1
    mov word [rdi + 0x10], 0xf000
    mov word [rdi + 0x12], 0x9b
    mov dword [rdi + 0x14], 0xffff
    mov rax, IMAGE
    mov [rdi + 0x18], rax
%assign segment 0
%rep 6
%if segment != 0x10
    mov word [rdi + segment + 2], 0x93
    mov dword [rdi + segment + 4], 0xffff
%endif
%assign segment segment + 0x10
%endrep
    mov dword [rdi + 0x64], 0xffff
    mov dword [rdi + 0x84], 0xffff
    mov word [rdi + 0x72], 0x82
    mov word [rdi + 0x92], 0x8b
    mov dword [rdi + 0xd0], 0x1000
    mov dword [rdi + 0x148], 0x40
    mov dword [rdi + 0x158], 0x10
    mov dword [rdi + 0x160], 0x400
    mov eax, 0xffff0ff0
    mov [rdi + 0x168], rax
    mov dword [rdi + 0x170], 2
    mov dword [rdi + 0x178], ap_start16 - $$
    mov dword [rdi + 0x3b0], 1
    mov dword [rdi + 0x3e8], 1
%endmacro
%macro CREATE 1
    GHCB_FIELD 0x1f8, 1                 ; SEV features: SNP
    GHCB_EXIT 0x80000013, 1 | 1 << 32, %1
%endmacro
ap_start16:
    bits 16
    mov ax, 0x1000                      ; unpaged accesses are private: counts at SCRAP + 0x40
    db 0x67, 0x66, 0xa1
    dd SCRAP + 0x40
    o32 inc eax
    db 0x67, 0x66, 0xa3
    dd SCRAP + 0x40
ap_rest:
    jmp ap_rest
    bits 64
%macro WAIT_COUNT 1
%%wait:
    pause
    cmp dword [SCRAP + 0x40], %1
    jne %%wait
%endmacro

%ifdef CASE_ap_create
test_main:
    TAKE (PRIVATE + 0x1000)
    MAKE_VMSA PRIVATE + 0x1000
    RMPADJUST_AT PRIVATE + 0x1000, 0, 0x10001
    CREATE PRIVATE + 0x1000
    cmp qword [GHCB + 0x398], 0
    FAIL_UNLESS e, 1
    WAIT_COUNT 1
    GHCB_EXIT 0x80000013, 2 | 1 << 32, 0
    CREATE PRIVATE + 0x1000
    WAIT_COUNT 2
    PASS
%endif
%ifdef CASE_ap_stress
%macro TURN_PAGE 1
    MSR_PSC %1, 1
    PVALIDATE_AT %1, 0, 1
    FAIL_UNLESS nc, 1
    mov dword [%1], 7
    PVALIDATE_AT %1, 0, 0
    FAIL_UNLESS nc, 2
    MSR_PSC %1, 2
    mov dword [%1 + SHARED - PRIVATE], 8
%endmacro
test_main:                              ; two processors turn pages and make each other flush
    TAKE (PRIVATE + 0x1000)
    MAKE_VMSA PRIVATE + 0x1000
    mov dword [PRIVATE + 0x1178], start16 - $$
    RMPADJUST_AT PRIVATE + 0x1000, 0, 0x10001
    mov dword [SCRAP + 0x48], 1
    CREATE PRIVATE + 0x1000
    WAIT_COUNT 1
    mov r15d, 2000
.turn:
    TURN_PAGE PRIVATE + 0x10000
    dec r15d
    jnz .turn
    PASS
ap_main:
    mov rsp, STACK - 0x1000
    mov dword [SCRAP + 0x40], 1
.turn:
    TURN_PAGE PRIVATE + 0x20000
    jmp .turn
%endif
%ifdef CASE_vmsa_aligned
test_main:
    TAKE PRIVATE
    MAKE_VMSA PRIVATE
    RMPADJUST_AT PRIVATE, 0, 0x10001
    CREATE PRIVATE
    PASS
%endif
%ifdef CASE_vmsa_without_attribute
test_main:
    TAKE (PRIVATE + 0x1000)
    MAKE_VMSA PRIVATE + 0x1000
    CREATE PRIVATE + 0x1000
    PASS
%endif
%ifdef CASE_vmsa_bad_efer
test_main:
    TAKE (PRIVATE + 0x1000)
    MAKE_VMSA PRIVATE + 0x1000
    mov dword [PRIVATE + 0x10d0], 0
    RMPADJUST_AT PRIVATE + 0x1000, 0, 0x10001
    CREATE PRIVATE + 0x1000
    PASS
%endif
%ifdef CASE_vmsa_features
test_main:
    TAKE (PRIVATE + 0x1000)
    MAKE_VMSA PRIVATE + 0x1000
    mov dword [PRIVATE + 0x13b0], 0x21
    RMPADJUST_AT PRIVATE + 0x1000, 0, 0x10001
    CREATE PRIVATE + 0x1000
    PASS
%endif
; ---- launches that must be refused, and what a good one hands over ----
%ifdef CASE_launch_pages
test_main:
    cmp dword [SECRETS], 3              ; version
    FAIL_UNLESS e, 1
    cmp dword [SECRETS + 0x1000], 64    ; entries of the CPUID page
    FAIL_UNLESS be, 2
    cmp dword [SECRETS + 0x1000], 8
    FAIL_UNLESS a, 3
    PASS
%endif
%ifdef CASE_refuse_overlap
%macro METADATA 0
    dd 0x100000, 0x10000, 1
    dd 0x10f000, 0x1000, 2
%endmacro
test_main:
    PASS
%endif
%ifdef CASE_refuse_unknown_type
%macro METADATA 0
    dd 0x100000, 0x10000, 1
    dd 0x110000, 0x1000, 9
%endmacro
test_main:
    PASS
%endif
%ifdef CASE_refuse_unaligned
%macro METADATA 0
    dd 0x100800, 0x10000, 1
%endmacro
test_main:
    PASS
%endif
%ifdef CASE_refuse_outside_ram
%macro METADATA 0
    dd 0x100000, 0x10000, 1
    dd 0xf0000000, 0x1000, 2
%endmacro
test_main:
    PASS
%endif
%ifdef CASE_refuse_version
%define METADATA_VERSION 2
test_main:
    PASS
%endif
%ifdef CASE_refuse_footer_length
%define FOOTER_LENGTH 5
test_main:
    PASS
%endif
%ifdef CASE_refuse_no_metadata
%define FOOTER_LENGTH 18
test_main:
    PASS
%endif

%include "tail.inc"

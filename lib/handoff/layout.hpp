// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Every address and size that more than one program must agree on. linker/layout_inc.cpp prints these
// constants for NASM and for the linker scripts.
namespace layout {

using namespace base;

// ---- The image, ending at 4 GiB ----
inline constexpr u64 image_end = 4_GiB;
inline constexpr u64 reset_bytes = 0x800;
inline constexpr u64 reset_base = image_end - reset_bytes;
// Where a processor enters 16-bit protected mode to wait for ap_jump_table (reset/vector.nasm).
inline constexpr u64 ap_hold = image_end - 0x18;
// The image header (lib/module/image_header.hpp) opens the reset code, so that it has one fixed address.
inline constexpr u64 image_header = reset_base;
inline constexpr u64 image_header_bytes = 0x40;
inline constexpr u64 header_sec_address = 8;  // offsets that reset/ reads
inline constexpr u64 header_sec_bytes = 12;

// ---- RAM that SEC uses before memory is known; the SNP launch validates it ----
inline constexpr u64 sec_ram_base = 0x80'0000;
inline constexpr u64 early_page_tables = sec_ram_base;  // PML4, PDPT, four page directories
inline constexpr u64 early_page_tables_bytes = 0x6000;
inline constexpr u64 early_table_pool = sec_ram_base + 0x6000;  // for splitting around the GHCB
inline constexpr u64 early_table_pool_bytes = 0x2000;
inline constexpr u64 sec_ghcb = sec_ram_base + 0x8000;  // shared with the host from SEC to DXE
inline constexpr u64 log_ring = sec_ram_base + 0x9000;  // lib/log/ring.hpp; kept for ever
inline constexpr u64 work_area = sec_ram_base + 0xa000;
inline constexpr u64 work_area_bytes = 0x1000;
// Filled by the SNP launch; each is a section of the SEV metadata.
inline constexpr u64 secrets_page = sec_ram_base + 0xb000;
inline constexpr u64 cpuid_page = sec_ram_base + 0xc000;
inline constexpr u64 svsm_calling_area = sec_ram_base + 0xd000;
// The AP jump table of an SEV-ES guest [ghcb §4.3.2], which has no SVSM. Zero: processors wait.
inline constexpr u64 ap_jump_table = svsm_calling_area;
inline constexpr u64 kernel_hashes_page = sec_ram_base + 0xe000;
inline constexpr u64 launch_secret = kernel_hashes_page;
inline constexpr u64 launch_secret_bytes = 0xc00;
inline constexpr u64 kernel_hashes = launch_secret + launch_secret_bytes;
inline constexpr u64 kernel_hashes_bytes = 0x400;
inline constexpr u64 sec_ram_low_bytes = secrets_page - sec_ram_base;  // first section of SEC memory
inline constexpr u64 sec_ram_high = kernel_hashes_page + 0x1000;       // second section, to sec_stack_top
// SEC and PEI are copied here and run here: code in the flash could not reach this RAM RIP-relatively.
inline constexpr u64 sec_image = sec_ram_base + 0x1'0000;
inline constexpr u64 sec_image_bytes = 0x2'0000;
inline constexpr u64 sec_stack = sec_image + sec_image_bytes;
inline constexpr u64 sec_stack_bytes = 0x1'0000;
inline constexpr u64 sec_stack_top = sec_stack + sec_stack_bytes;
inline constexpr u64 sec_ram_bytes = sec_stack_top - sec_ram_base;
inline constexpr u64 sec_ram_high_bytes = sec_stack_top - sec_ram_high;

// Offsets in the work area (lib/handoff/work_area.hpp asserts them).
inline constexpr u64 work_guest_type = 0;
inline constexpr u64 work_reset_tsc = 8;
inline constexpr u64 work_private_mask = 16;
inline constexpr u64 work_read_back = 24;
inline constexpr u64 work_early_ends = 32;

// ---- Segment selectors of the early descriptor table ----
inline constexpr u64 selector_code32 = 0x08;
inline constexpr u64 selector_data = 0x10;
inline constexpr u64 selector_code64 = 0x18;

// ---- The variable store: OVMF's 4 MiB build [facts: OvmfPkg/Include/Fdf/VarStore.fdf.inc] ----
inline constexpr u64 vars_bytes = 0x8'4000;

}  // namespace layout

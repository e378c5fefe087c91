// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// The save area of an encrypted guest: wire format only [apm2 appx B table B-4].
namespace cc::sev {

using namespace base;

struct VmsaSegment {
  u16 selector;
  u16 attributes;  // descriptor bits 55:52 and 47:40
  u32 limit;
  u64 base;
};
static_assert(sizeof(VmsaSegment) == 16);

struct Vmsa {
  VmsaSegment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
  u64 pl_ssp[4];
  u64 u_cet;
  u8 reserved_0[2];
  u8 vmpl;
  u8 cpl;
  u32 reserved_1;
  u64 efer;
  u8 reserved_2[0x68];
  u64 xss, cr4, cr3, cr0, dr7, dr6, rflags, rip;
  u64 dr[4], dr_mask[4];
  u8 reserved_3[0x18];
  u64 rsp, s_cet, ssp, isst, rax;
  u64 star, lstar, cstar, sfmask, kernel_gs_base, sysenter_cs, sysenter_esp, sysenter_eip, cr2;
  u8 reserved_4[0x20];
  u64 g_pat, dbgctl;
  u8 reserved_5[0x70];
  u32 pkru, tsc_aux;
  u64 tsc_scale, tsc_offset;
  u8 reserved_6[8];
  u64 rcx, rdx, rbx, secure_avic_ctl, rbp, rsi, rdi;
  u64 r8, r9, r10, r11, r12, r13, r14, r15;
  u8 reserved_7[0x10];
  u64 guest_exit_info_1, guest_exit_info_2, guest_exit_int_info, guest_nrip;
  u64 sev_features, vintr_ctrl, guest_exit_code, virtual_tom, tlb_id, pcpu_id, event_inj, xcr0;
  u8 reserved_8[0x10];
  u64 x87_dp;
  u32 mxcsr;
  u16 x87_ftw, x87_fsw, x87_fcw, x87_fop, x87_ds, x87_cs;
  u64 x87_rip;
  u8 x87_registers[80], xmm[256], ymm[256];
};
static_assert(offsetof(Vmsa, tr) == 0x90 && offsetof(Vmsa, vmpl) == 0xca && offsetof(Vmsa, efer) == 0xd0);
static_assert(offsetof(Vmsa, xss) == 0x140 && offsetof(Vmsa, rip) == 0x178 && offsetof(Vmsa, rsp) == 0x1d8);
static_assert(offsetof(Vmsa, rax) == 0x1f8 && offsetof(Vmsa, cr2) == 0x240 && offsetof(Vmsa, g_pat) == 0x268);
static_assert(offsetof(Vmsa, pkru) == 0x2e8 && offsetof(Vmsa, rcx) == 0x308 && offsetof(Vmsa, r15) == 0x378);
static_assert(offsetof(Vmsa, sev_features) == 0x3b0 && offsetof(Vmsa, xcr0) == 0x3e8 && offsetof(Vmsa, mxcsr) == 0x408);
static_assert(offsetof(Vmsa, xmm) == 0x470 && sizeof(Vmsa) == 0x670);

}  // namespace cc::sev

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/sev/vmsa.hpp"

// The VMCB [apm2 appx B tables B-1, B-2]. Its save area has the layout of a VMSA's first part.
namespace svm {

using namespace base;
using cc::sev::VmsaSegment;

struct VmcbSave {
  VmsaSegment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
  u8 reserved_0[0x2b];
  u8 cpl;
  u32 reserved_1;
  u64 efer;
  u8 reserved_2[0x70];
  u64 cr4, cr3, cr0, dr7, dr6, rflags, rip;
  u8 reserved_3[0x58];
  u64 rsp, s_cet, ssp, isst, rax;
  u64 star, lstar, cstar, sfmask, kernel_gs_base, sysenter_cs, sysenter_esp, sysenter_eip, cr2;
  u8 reserved_4[0x20];
  u64 g_pat;
};
static_assert(offsetof(VmcbSave, cpl) == 0xcb && offsetof(VmcbSave, cr4) == 0x148 && offsetof(VmcbSave, rip) == 0x178);
static_assert(offsetof(VmcbSave, rsp) == 0x1d8 && offsetof(VmcbSave, cr2) == 0x240 && offsetof(VmcbSave, g_pat) == 0x268);

struct alignas(4096) Vmcb {
  u16 cr_read, cr_write, dr_read, dr_write;
  u32 exceptions, misc_1, misc_2;
  u8 reserved_0[0x2c];
  u64 iopm, msrpm, tsc_offset;
  u32 asid;
  u8 tlb_control;
  u8 reserved_1[3];
  u32 int_control, int_vector;
  u64 int_state, exit_code, exit_info_1, exit_info_2, exit_int_info, np_enable;
  u8 reserved_2[0x10];
  u64 event_inj, n_cr3, lbr_control;
  u8 reserved_3[0x340];
  VmcbSave save;
  u8 reserved_4[0x1000 - 0x400 - sizeof(VmcbSave)];
};
static_assert(sizeof(Vmcb) == 4096 && offsetof(Vmcb, iopm) == 0x40 && offsetof(Vmcb, asid) == 0x58);
static_assert(offsetof(Vmcb, exit_code) == 0x70 && offsetof(Vmcb, event_inj) == 0xa8 && offsetof(Vmcb, save) == 0x400);

// Bits of misc_1 and misc_2.
namespace intercept {
inline constexpr u32 interrupt = 1 << 0, nmi = 1 << 1, cr0_selective = 1 << 5, rdtsc = 1 << 14, rdpmc = 1 << 15, cpuid = 1 << 18, iret = 1 << 20, invd = 1 << 22,
                     ioio = 1 << 27, msr = 1 << 28, shutdown = 1u << 31;
inline constexpr u32 vmrun = 1 << 0, vmmcall = 1 << 1, vmload = 1 << 2, vmsave = 1 << 3, stgi = 1 << 4, clgi = 1 << 5,
                     rdtscp = 1 << 7, wbinvd = 1 << 9, monitor = 1 << 10, mwait = 1 << 11;
}  // namespace intercept

namespace exit_code {  // [apm2 appx C]; those a guest hears of are in cc::sev::Exit
inline constexpr u64 dr7_read = 0x27, dr7_write = 0x37, exception = 0x40, interrupt = 0x60, nmi = 0x61, cr0_selective = 0x65, rdtsc = 0x6e,
                     rdpmc = 0x6f, cpuid = 0x72, iret = 0x74, invd = 0x76, ioio = 0x7b, msr = 0x7c, shutdown = 0x7f, vmmcall = 0x81,
                     rdtscp = 0x87, wbinvd = 0x89, monitor = 0x8a, mwait = 0x8b, npf = 0x400, invalid = 0xffff'ffff, none = ~1ull;  // QEMU stores 32 bits of VMEXIT_INVALID
}  // namespace exit_code

inline constexpr u64 efer_lme = 1 << 8, efer_lma = 1 << 10, efer_svme = 1 << 12;
inline constexpr u64 cr0_pe = 1, cr0_pg = 1ull << 31, cr4_pae = 1 << 5;
inline constexpr u16 attribute_big = 1 << 10;
inline constexpr u64 rflags_carry = 1, rflags_zero = 1 << 6, rflags_trap = 1 << 8, rflags_interrupts = 1 << 9,
                     rflags_real_mode = 0x7fd5;  // what IRET loads there

}  // namespace svm

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// The GHCB page and its exit codes: wire format only [ghcb §2.6, §4.1 tables 5-7].
namespace cc::sev {

using namespace base;

struct Ghcb {
  u8 reserved_0[0xcb];
  u8 cpl;
  u8 reserved_1[0x74];
  u64 xss;
  u8 reserved_2[0x18];
  u64 dr7;
  u8 reserved_3[0x10];
  u64 rip;
  u8 reserved_4[0x58];
  u64 rsp;
  u8 reserved_5[0x18];
  u64 rax;
  u8 reserved_6[0x108];
  u64 rcx, rdx, rbx;
  u8 reserved_7[8];
  u64 rbp, rsi, rdi;
  u64 r8, r9, r10, r11, r12, r13, r14, r15;
  u8 reserved_8[0x10];
  u64 exit_code, exit_info_1, exit_info_2, scratch;
  u8 reserved_9[0x38];
  u64 xcr0;
  u8 valid_bitmap[16];
  u64 x87_state_gpa;
  u8 reserved_10[0x3f8];
  u8 shared_buffer[0x7f0];
  u8 reserved_11[10];
  u16 version;
  u32 usage;
};
static_assert(sizeof(Ghcb) == 4096);
static_assert(offsetof(Ghcb, cpl) == 0xcb && offsetof(Ghcb, xss) == 0x140 && offsetof(Ghcb, dr7) == 0x160);
static_assert(offsetof(Ghcb, rip) == 0x178 && offsetof(Ghcb, rsp) == 0x1d8 && offsetof(Ghcb, rax) == 0x1f8);
static_assert(offsetof(Ghcb, rcx) == 0x308 && offsetof(Ghcb, rbp) == 0x328 && offsetof(Ghcb, r8) == 0x340);
static_assert(offsetof(Ghcb, exit_code) == 0x390 && offsetof(Ghcb, scratch) == 0x3a8 && offsetof(Ghcb, xcr0) == 0x3e8);
static_assert(offsetof(Ghcb, valid_bitmap) == 0x3f0 && offsetof(Ghcb, shared_buffer) == 0x800);
static_assert(offsetof(Ghcb, version) == 0xffa && offsetof(Ghcb, usage) == 0xffc);

// Bit of valid_bitmap that vouches for the quadword at `offset`.
constexpr unsigned valid_bit(usize offset) { return static_cast<unsigned>(offset / 8); }
static_assert(valid_bit(offsetof(Ghcb, rax)) == 63 && valid_bit(offsetof(Ghcb, exit_code)) == 114);

inline constexpr u16 ghcb_version_min = 1, ghcb_version_max = 2;
inline constexpr u32 ghcb_usage_standard = 0;

// SW_EXITCODE [ghcb §4.1 table 6]; the low ones are also the error codes of #VC [apm2 §15.35.5].
enum class Exit : u64 {
  dr7_read = 0x27,
  dr7_write = 0x37,
  rdtsc = 0x6e,
  rdpmc = 0x6f,
  cpuid = 0x72,
  invd = 0x76,
  ioio = 0x7b,
  msr = 0x7c,
  vmmcall = 0x81,
  rdtscp = 0x87,
  wbinvd = 0x89,
  monitor = 0x8a,
  mwait = 0x8b,
  npf = 0x400,
  page_not_validated = 0x404,
  mmio_read = 0x8000'0001,
  mmio_write = 0x8000'0002,
  nmi_complete = 0x8000'0003,
  ap_reset_hold = 0x8000'0004,
  ap_jump_table = 0x8000'0005,
  page_state_change = 0x8000'0010,
  guest_request = 0x8000'0011,
  extended_guest_request = 0x8000'0012,
  ap_creation = 0x8000'0013,
  hv_doorbell_page = 0x8000'0014,
  hv_ipi = 0x8000'0015,
  hv_timer = 0x8000'0016,
  apic_id_list = 0x8000'0017,
  run_vmpl = 0x8000'0018,
  hv_features = 0x8000'fffd,
  terminate = 0x8000'fffe,
  unsupported = 0x8000'ffff,
};

// IOIO exit information [ghcb §4.1.2; apm2 §15.10.2].
inline constexpr u64 ioio_in = 1, ioio_string = 1 << 2, ioio_rep = 1 << 3;
inline constexpr u64 ioio_size_8 = 1 << 4, ioio_size_16 = 1 << 5, ioio_size_32 = 1 << 6;

// SW_EXITINFO1[31:0] of a reply, and SW_EXITINFO2 when the input was malformed [ghcb §4.1].
enum class Reply : u32 { ok = 0, inject_event = 1, malformed = 2 };
enum class Malformed : u32 {
  not_registered = 1,
  invalid_usage = 2,
  invalid_scratch = 3,
  missing_input = 4,
  invalid_input = 5,
  invalid_event = 6,
};

enum class ApCreation : u16 { create_on_init = 0, create = 1, destroy = 2 };

// Hypervisor feature bits [ghcb §4.1.11].
inline constexpr u64 hv_snp = 1 << 0, hv_ap_creation = 1 << 1, hv_restricted_injection = 1 << 2, hv_timer_support = 1 << 3,
                     hv_apic_id_list = 1 << 4, hv_multi_vmpl = 1 << 5;

}  // namespace cc::sev

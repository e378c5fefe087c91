// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/bits.hpp"

// The GHCB MSR protocol: wire format only [ghcb §2.3.1].
namespace cc::sev::msr {

using namespace base;

inline constexpr u32 ghcb = 0xc001'0130;
inline constexpr u32 sev_status = 0xc001'0131;
inline constexpr u64 status_sev = 1, status_es = 2, status_snp = 4;

enum class Info : u64 {
  ghcb_gpa = 0x000,
  sev_info = 0x001,
  sev_info_request = 0x002,
  cpuid_request = 0x004,
  cpuid = 0x005,
  ap_reset_hold_request = 0x006,
  ap_reset_hold = 0x007,
  preferred_gpa_request = 0x010,
  preferred_gpa = 0x011,
  register_gpa_request = 0x012,
  register_gpa = 0x013,
  page_state_request = 0x014,
  page_state = 0x015,
  run_vmpl_request = 0x016,
  run_vmpl = 0x017,
  hv_features_request = 0x080,
  hv_features = 0x081,
  terminate = 0x100,
};

using InfoField = Bits<11, 0>;
using Gfn = Bits<63, 12>;             // 0x010-0x013
using InfoVersionMax = Bits<63, 48>;  // 0x001
using InfoVersionMin = Bits<47, 32>;
using InfoCBit = Bits<31, 24>;
using CpuidFunction = Bits<63, 32>;  // 0x004
using CpuidRegister = Bits<31, 30>;  // 0x004, 0x005: 0 EAX, 1 EBX, 2 ECX, 3 EDX
using CpuidValue = Bits<63, 32>;     // 0x005
using PageOperation = Bits<55, 52>;  // 0x014
using PageGfn = Bits<51, 12>;
using ErrorCode = Bits<63, 32>;  // 0x015, 0x017
using Vmpl = Bits<39, 32>;       // 0x016
using Features = Bits<63, 12>;   // 0x081
using ReasonSet = Bits<15, 12>;  // 0x100
using ReasonCode = Bits<23, 16>;

inline constexpr u64 no_gfn = Gfn::mask;  // "no preference", "refused"

}  // namespace cc::sev::msr

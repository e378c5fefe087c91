// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// The CPUID page: wire format only [snp §7.1, §8.14.2.6].
namespace cc::sev {

using namespace base;

struct CpuidEntry {
  u32 leaf, subleaf;
  u64 xcr0, xss;
  u32 eax, ebx, ecx, edx;
  u64 reserved;
};
static_assert(sizeof(CpuidEntry) == 48);

inline constexpr u32 cpuid_entries_max = 64;

struct CpuidPage {
  u32 count;
  u32 reserved_0;
  u64 reserved_1;
  CpuidEntry entries[cpuid_entries_max];
  u8 padding[4096 - 16 - cpuid_entries_max * sizeof(CpuidEntry)];
};
static_assert(sizeof(CpuidPage) == 4096);

}  // namespace cc::sev

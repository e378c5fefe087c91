// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/platform.hpp"

// MTRRs and PAT, which every processor of a machine must agree on [apm2 §7.7.6, §7.8.4].
namespace mp {

using namespace base;

struct MemoryTypes {
  static constexpr u32 max_variable = 16;
  static constexpr u32 fixed_registers[] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f};
  static constexpr u32 capabilities = 0xfe, variable_first = 0x200, default_type = 0x2ff, pat = 0x277;
  static constexpr u32 cpuid_1_edx_mtrr = 1 << 12, cpuid_1_edx_pat = 1 << 16;

  bool has_mtrr = false, has_pat = false;
  u32 variable_count = 0;
  u64 fixed[std::size(fixed_registers)] = {};
  u64 variable[2 * max_variable] = {};
  u64 default_value = 0, pat_value = 0;

  // This processor's.
  void read() {
    const u32 features = cc::cpuid(1, 0).edx;
    has_mtrr = features & cpuid_1_edx_mtrr;
    has_pat = features & cpuid_1_edx_pat;
    if (has_pat) pat_value = cc::read_msr(pat);
    if (!has_mtrr) return;
    const u32 given = cc::read_msr(capabilities) & 0xff;
    variable_count = given < max_variable ? given : max_variable;
    for (usize i = 0; i < std::size(fixed_registers); ++i) fixed[i] = cc::read_msr(fixed_registers[i]);
    for (u32 i = 0; i < 2 * variable_count; ++i) variable[i] = cc::read_msr(variable_first + i);
    default_value = cc::read_msr(default_type);
  }

  // Gives them to this processor; off while they change.
  void write() const {
    if (has_pat) cc::write_msr(pat, pat_value);
    if (!has_mtrr) return;
    cc::write_msr(default_type, 0);
    for (usize i = 0; i < std::size(fixed_registers); ++i) cc::write_msr(fixed_registers[i], fixed[i]);
    for (u32 i = 0; i < 2 * variable_count; ++i) cc::write_msr(variable_first + i, variable[i]);
    cc::write_msr(default_type, default_value);
  }
};

}  // namespace mp

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <initializer_list>

#include "lib/arch/cpu.hpp"
#include "lib/base/bits.hpp"
#include "lib/efi/mp_services.hpp"

// Where a processor sits, told by its APIC id and by how CPUID divides APIC ids [apm3 CPUID 0xB; facts §13].
namespace mp::topology {

using namespace base;

using Cpuid = arch::CpuidResult (*)(u32 leaf, u32 subleaf);

// Bits of the APIC id up to and including each level. All equal: the level does not exist.
struct Shifts {
  u8 thread = 0, core = 0, module = 0, tile = 0, die = 0;
};

// The leaf that describes the topology: 0x1F, 0xB, or 0 for neither.
inline u32 extended_leaf(Cpuid cpuid) {
  const u32 highest = cpuid(0, 0).eax;
  for (const u32 leaf : {0x1fu, 0xbu})
    if (highest >= leaf && (cpuid(leaf, 0).ebx & 0xffff)) return leaf;
  return 0;
}

inline u32 own_apic_id(Cpuid cpuid) {
  const u32 leaf = extended_leaf(cpuid);
  return leaf ? cpuid(leaf, 0).edx : Bits<31, 24>::get(cpuid(1, 0).ebx);
}

inline Shifts read_shifts(Cpuid cpuid) {
  constexpr u32 type_thread = 1, type_core = 2, type_module = 3, type_tile = 4, type_die = 5, levels = 8;
  Shifts s;
  const u32 leaf = extended_leaf(cpuid);
  if (!leaf) {
    // One level, as wide as the number of logical processors in the package.
    const u32 logical = static_cast<u32>(Bits<23, 16>::get(cpuid(1, 0).ebx));
    while (s.core < 8 && (1u << s.core) < logical) ++s.core;
    s.module = s.tile = s.die = s.core;
    return s;
  }
  u8 highest = 0;
  for (u32 i = 0; i < levels; ++i) {
    const arch::CpuidResult r = cpuid(leaf, i);
    const u32 type = static_cast<u32>(Bits<15, 8>::get(r.ecx));
    u8 shift = static_cast<u8>(Bits<4, 0>::get(r.eax));
    if (type == 0) break;
    if (shift < highest) shift = highest;
    highest = shift;
    switch (type) {
      case type_thread: s.thread = shift; [[fallthrough]];
      case type_core: s.core = shift; [[fallthrough]];
      case type_module: s.module = shift; [[fallthrough]];
      case type_tile: s.tile = shift; [[fallthrough]];
      case type_die: s.die = shift; break;
      default: break;
    }
  }
  return s;
}

constexpr u32 field(u32 apic_id, u8 high, u8 low) {
  const u64 below = (1ull << high) - 1;
  return static_cast<u32>((apic_id & below) >> low);
}

constexpr efi::CpuPhysicalLocation2 locate(u32 apic_id, const Shifts& s) {
  return {.package = static_cast<u32>(u64{apic_id} >> s.die),
          .module = field(apic_id, s.module, s.core),
          .tile = field(apic_id, s.tile, s.module),
          .die = field(apic_id, s.die, s.tile),
          .core = field(apic_id, s.core, s.thread),
          .thread = field(apic_id, s.thread, 0)};
}

}  // namespace mp::topology

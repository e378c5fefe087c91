// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/cpuid_table.hpp"

#include "lib/base/bits.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/sev/events.hpp"

namespace cc::sev {
namespace {

constexpr u64 cr4_osxsave = 1 << 18, cr4_pke = 1 << 22;
constexpr u32 xsave_legacy_bytes = 0x240;  // FXSAVE area and header [apm4 XSAVE]

bool indexed(u32 leaf) {
  switch (leaf) {
    case 4: case 7: case 0xb: case 0xd: case 0xf: case 0x10: case 0x12: case 0x14: case 0x17: case 0x18: case 0x1d: case 0x1e: case 0x1f:
    case 0x8000'001d: case 0x8000'0020: case 0x8000'0026: return true;
    default: return false;
  }
}

const CpuidEntry* find(const CpuidPage& page, u32 leaf, u32 subleaf) {
  for (u32 i = 0; i < page.count && i < cpuid_entries_max; ++i) {
    const CpuidEntry& e = page.entries[i];
    if (e.leaf == leaf && (!indexed(leaf) || e.subleaf == subleaf)) return &e;
  }
  return nullptr;
}

void take_bits(u32& word, u32 mask, u32 from) { word = (word & ~mask) | (from & mask); }

// The size of an XSAVE area for what is enabled now: the standard layout's end, or the compacted sum [apm4].
u32 xsave_bytes(const CpuidPage& page, u64 enabled, bool compacted) {
  u32 end = xsave_legacy_bytes;
  for (u32 component = 2; component < 63; ++component) {
    if (!(enabled >> component & 1)) continue;
    const CpuidEntry* e = find(page, 0xd, component);
    if (!e) terminate(Reason::cpuid_page);
    if (compacted) {
      constexpr u32 aligned = 1 << 1;
      if (e->ecx & aligned) end = (end + 63) & ~63u;
      end += e->eax;
    } else if (e->ebx + e->eax > end) {
      end = e->ebx + e->eax;
    }
  }
  return end;
}

// What the processor would fill in from its state, and what only the host knows: which virtual CPU this is.
void fix_up(const CpuidPage& page, u32 leaf, u32 subleaf, arch::CpuidResult& r) {
  switch (leaf) {
    case 1: {
      const auto hint = host_cpuid(leaf, 0, 1);
      take_bits(r.ebx, 0xff00'0000, hint.ebx);
      take_bits(r.edx, 1 << 9, hint.edx);
      take_bits(r.ecx, 1 << 27, arch::read_cr4() & cr4_osxsave ? ~0u : 0);
      return;
    }
    case 7:
      if (subleaf == 0) take_bits(r.ecx, 1 << 4, arch::read_cr4() & cr4_pke ? ~0u : 0);
      return;
    case 0xb:
    case 0x1f: r.edx = host_cpuid(leaf, subleaf, 1).edx; return;
    case 0xd: {
      const u64 enabled = arch::read_cr4() & cr4_osxsave ? arch::read_xcr0() : 1;
      if (subleaf <= 1) r.ebx = xsave_bytes(page, enabled, subleaf == 1);
      return;
    }
    case 0x8000'001e: {
      const auto hint = host_cpuid(leaf, 0, 1);
      r.eax = hint.eax;
      take_bits(r.ebx, 0xff, hint.ebx);
      take_bits(r.ecx, 0xff, hint.ecx);
      return;
    }
    default: return;
  }
}

}  // namespace

void check_cpuid_page(const CpuidPage& page) {
  if (page.count == 0 || page.count > cpuid_entries_max) terminate(Reason::cpuid_page);
  for (u32 i = 0; i < page.count; ++i)
    for (u32 j = 0; j < i; ++j) {
      const CpuidEntry &a = page.entries[i], &b = page.entries[j];
      const bool same_key = a.leaf == b.leaf && a.subleaf == b.subleaf && a.xcr0 == b.xcr0 && a.xss == b.xss;
      if (same_key && (a.eax != b.eax || a.ebx != b.ebx || a.ecx != b.ecx || a.edx != b.edx)) terminate(Reason::cpuid_page);
    }
}

void check_cpuid_page_is_ours(const CpuidPage& page, u64 private_mask) {
  constexpr u32 sev = 1 << 1, es = 1 << 3, snp = 1 << 4, all = sev | es | snp, c_bit = 0x3f;
  const CpuidEntry* e = find(page, 0x8000'001f, 0);
  if (!e || (e->eax & all) != all || 1ull << (e->ebx & c_bit) != private_mask) terminate(Reason::cpuid_page);
}

arch::CpuidResult table_cpuid(const CpuidPage& page, u32 leaf, u32 subleaf) {
  const CpuidEntry* e = find(page, leaf, subleaf);
  if (!e) return {};
  arch::CpuidResult r{e->eax, e->ebx, e->ecx, e->edx};
  fix_up(page, leaf, subleaf, r);
  return r;
}

}  // namespace cc::sev

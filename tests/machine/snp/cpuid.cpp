// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/snp/cpuid_table.hpp"
#include "tests/machine/snp/model.hpp"

namespace snp {

namespace {

using Cpuid = arch::CpuidResult;
constexpr u32 bit(unsigned n) { return 1u << n; }
constexpr u32 xsave_area = 0x240;  // legacy region and header

// QEMU 7.2 has no XSAVEC, without which Linux rejects a CPUID table that has XSAVE; nothing that needs XSAVE is shown.
void hide_extended_state(u32 leaf, u32 subleaf, Cpuid& r) {
  if (leaf == 1) r.ecx &= ~(bit(3) | bit(12) | bit(26) | bit(27) | bit(28) | bit(29));  // MONITOR too, as KVM does
  if (leaf == 7 && subleaf == 0) {
    r.ebx &= ~(bit(5) | bit(16) | bit(17) | bit(30) | bit(31));
    r.ecx &= ~(bit(3) | bit(4) | bit(9) | bit(10));
  }
  if (leaf == 7 && subleaf > 0) r = {};
  if (leaf != 0xd) return;
  r = {};
  if (subleaf == 0) r = {3, xsave_area, xsave_area, 0};
  if (subleaf == 1) r = {bit(1), xsave_area, 0, 0};
}

void add_sev(Cpuid& r) {
  const auto mode = host::parameters().mode;
  r = {};
  if (mode == host::Mode::plain) return;
  r.eax = bit(1) | (mode >= host::Mode::es ? bit(3) : 0) | (mode == host::Mode::snp ? bit(4) : 0);
  r.ebx = 47 | 1 << 6;
}

}  // namespace

Registers cpuid(u32 leaf, u32 subleaf) {
  Cpuid r = arch::cpuid(leaf, subleaf);
  if (host::parameters().mode >= host::Mode::es) hide_extended_state(leaf, subleaf, r);
  if (leaf == 0x8000'0000 && r.eax < 0x8000'001f) r.eax = 0x8000'001f;
  if (leaf == 0x8000'0001) r.ecx &= ~(bit(2) | bit(11) | bit(16));  // SVM, XOP, FMA4
  if (leaf == 0x8000'000a) r = {};
  if (leaf == 0x8000'001f) add_sev(r);
  return {r.eax, r.ebx, r.ecx, r.edx};
}

void fill_cpuid_page(cc::sev::CpuidPage& page) {
  static constexpr struct {
    u32 leaf, subleaf;
  } wanted[] = {{0, 0}, {1, 0}, {2, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}, {7, 1}, {0xb, 0}, {0xb, 1}, {0xd, 0}, {0xd, 1},
                {0x4000'0000, 0}, {0x4000'0001, 0}, {0x8000'0000, 0}, {0x8000'0001, 0}, {0x8000'0002, 0}, {0x8000'0003, 0},
                {0x8000'0004, 0}, {0x8000'0005, 0}, {0x8000'0006, 0}, {0x8000'0007, 0}, {0x8000'0008, 0}, {0x8000'0019, 0},
                {0x8000'001a, 0}, {0x8000'001d, 0}, {0x8000'001d, 1}, {0x8000'001d, 2}, {0x8000'001d, 3}, {0x8000'001e, 0},
                {0x8000'001f, 0}};
  page = {};
  for (const auto& w : wanted) {
    const Registers r = cpuid(w.leaf, w.subleaf);
    const bool extended_state = w.leaf == 0xd;
    page.entries[page.count++] = {w.leaf, w.subleaf, extended_state, 0, r.eax, r.ebx, r.ecx, r.edx, 0};
  }
}

}  // namespace snp

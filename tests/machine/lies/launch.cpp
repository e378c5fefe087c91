// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/ghcb_msr.hpp"
#include "tests/machine/lies/lies.hpp"

// What the guest finds when it starts: SEV_STATUS, CPUID page, secrets page.
namespace lies {

namespace {

using namespace cc::sev;

template <u64 value>
void status_is(u64& status) { status = value, told(); }
template <unsigned bit>
void status_has(u64& status) { status |= 1ull << bit, told(); }

template <void (*change)(CpuidEntry&), u32 leaf, u32 subleaf = 0>
void entry_of(CpuidPage& page) {
  for (u32 i = 0; i < page.count; ++i)
    if (page.entries[i].leaf == leaf && page.entries[i].subleaf == subleaf) change(page.entries[i]), told();
}
void no_sev(CpuidEntry& e) { e.eax = e.ebx = 0; }
void no_snp(CpuidEntry& e) { e.eax &= ~(1u << 4); }
template <u32 position>
void c_bit(CpuidEntry& e) { e.ebx = (e.ebx & ~63u) | position; }
void osxsave(CpuidEntry& e) { e.ecx |= 1u << 27; }
void xsave_size(CpuidEntry& e) { e.eax = ~0u, e.ebx = e.ecx = ~0u; }
void gone(CpuidEntry& e) { e.leaf = 0x7fff'fff0; }
void leaves(CpuidEntry& e) { e.eax = 0; }
void no_address_bits(CpuidEntry& e) { e.eax = 0; }
void many_address_bits(CpuidEntry& e) { e.eax = 0xffff; }

template <u32 count>
void count_is(CpuidPage& page) { page.count = count, told(); }
void contradicts(CpuidPage& page) {
  CpuidEntry& last = page.entries[page.count++];
  last = page.entries[1];
  last.edx ^= 1;
  told();
}
void repeats(CpuidPage& page) {
  page.entries[page.count] = page.entries[1];
  ++page.count;
  told();
}

void version_0(SecretsPage& page) { page.version = 0, told(); }
void svsm(SecretsPage& page) {
  page.svsm_base = 0x100'0000;
  page.svsm_size = 0x10'0000;
  page.svsm_caa = 0x100'1000;
  page.svsm_max_version = 1;
  page.svsm_guest_vmpl = 2;
  told();
}
void svsm_half(SecretsPage& page) { page.svsm_guest_vmpl = 1, page.svsm_caa = 0x800000, told(); }

constexpr u32 sev_leaf = 0x8000'001f;

}  // namespace

const Scenario launch_lies[] = {
    {.name = "status-none", .sev_status = status_is<0>},
    {.name = "status-sev-only", .sev_status = status_is<1>},
    {.name = "status-es-only", .sev_status = status_is<2>},
    {.name = "status-snp-only", .sev_status = status_is<4>},
    {.name = "status-snp-without-es", .sev_status = status_is<5>},
    {.name = "status-snp-without-sev", .sev_status = status_is<6>},
    {.name = "status-vtom", .sev_status = status_has<3>},
    {.name = "status-reflect-vc", .sev_status = status_has<4>},
    {.name = "status-restricted-injection", .sev_status = status_has<5>},
    {.name = "status-alternate-injection", .sev_status = status_has<6>},
    {.name = "status-vmpl-sss", .sev_status = status_has<10>},
    {.name = "status-secure-tsc", .sev_status = status_has<11>},
    {.name = "status-vmgexit-parameter", .sev_status = status_has<12>},
    {.name = "status-reserved-15", .sev_status = status_has<15>},
    {.name = "status-vmsa-reg-prot", .sev_status = status_has<16>},
    {.name = "status-secure-avic", .sev_status = status_has<18>},
    {.name = "status-reserved-40", .sev_status = status_has<40>},
    {.name = "status-reserved-63", .sev_status = status_has<63>},
    {.name = "status-harmless-features", .sev_status = status_has<9>},
    {.name = "cpuid-65-entries", .cpuid_page = count_is<65>},
    {.name = "cpuid-4g-entries", .cpuid_page = count_is<~0u>},
    {.name = "cpuid-empty", .cpuid_page = count_is<0>},
    {.name = "cpuid-contradicts", .cpuid_page = contradicts},
    {.name = "cpuid-repeats", .cpuid_page = repeats},
    {.name = "cpuid-no-sev", .cpuid_page = entry_of<no_sev, sev_leaf>},
    {.name = "cpuid-no-snp", .cpuid_page = entry_of<no_snp, sev_leaf>},
    {.name = "cpuid-sev-leaf-missing", .cpuid_page = entry_of<gone, sev_leaf>},
    {.name = "cpuid-c-bit-5", .cpuid_page = entry_of<c_bit<5>, sev_leaf>},
    {.name = "cpuid-c-bit-51", .cpuid_page = entry_of<c_bit<51>, sev_leaf>},
    {.name = "cpuid-osxsave", .cpuid_page = entry_of<osxsave, 1>},
    {.name = "cpuid-xsave-size", .cpuid_page = entry_of<xsave_size, 0xd>},
    {.name = "cpuid-leaf-1-missing", .cpuid_page = entry_of<gone, 1>},
    {.name = "cpuid-no-extended-leaves", .cpuid_page = entry_of<leaves, 0x8000'0000>},
    {.name = "cpuid-no-address-bits", .cpuid_page = entry_of<no_address_bits, 0x8000'0008>},
    {.name = "cpuid-many-address-bits", .cpuid_page = entry_of<many_address_bits, 0x8000'0008>},
    {.name = "secrets-version-0", .secrets_page = version_0},
    {.name = "secrets-svsm", .secrets_page = svsm},
    {.name = "secrets-svsm-half", .secrets_page = svsm_half},
    {},
};

}  // namespace lies

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/cpu.hpp"
#include "lib/cc/sev/cpuid_page.hpp"

// CPUID of an SNP guest: from the page that the launch checked [snp-abi §7.1], never from the host alone.
namespace cc::sev {

// Terminates when the page is malformed or contradicts itself.
void check_cpuid_page(const CpuidPage& page);
// Terminates when it denies what the guest knows of itself: SEV, ES, SNP and the private bit.
void check_cpuid_page_is_ours(const CpuidPage& page, u64 private_mask);
arch::CpuidResult table_cpuid(const CpuidPage& page, u32 leaf, u32 subleaf);

}  // namespace cc::sev

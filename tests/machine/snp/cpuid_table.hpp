// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/sev/cpuid_page.hpp"

namespace snp {

// What the PSP would let through of this machine's CPUID.
void fill_cpuid_page(cc::sev::CpuidPage& page);

}  // namespace snp

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/processors.hpp"

// Processors by SNP AP creation [ghcb §4.1.9, §4.1.10; apm2 §15.36.9].
namespace cc::sev {

Result<std::span<const u32>> apic_id_list(PageRange shared, std::span<u32> room);
Result<> create(u32 apic_id, Gpa save_area, const ProcessorStart& start);
Result<> destroy(u32 apic_id, Gpa save_area);

}  // namespace cc::sev

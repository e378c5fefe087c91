// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/cc/processors.hpp"
#include "lib/cc/sev/vmsa.hpp"

// The first state of a processor that an SNP guest makes: the one place where a VMSA is filled in [apm2 appx B; ghcb §4.1.9].
namespace cc::sev {

// What a new processor shares with its creator.
struct ProcessorModel {
  u64 cr0, cr3, cr4, efer, pat;
  u64 sev_status;
  u32 signature;  // CPUID 1, EAX
};
ProcessorModel this_processor();

void fill_save_area(Vmsa& area, const ProcessorModel& model, const ProcessorStart& start);

// Processors mistake the neighbours of a VMSA on a 2 MiB boundary for it (erratum 1467), so that none lies there.
u64 pages_for_save_areas(u32 count);
Gpa nth_save_area(PageRange room, u32 number);

}  // namespace cc::sev

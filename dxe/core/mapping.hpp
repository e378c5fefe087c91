// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/handoff/pei_to_dxe.hpp"
#include "lib/mem/page_tables.hpp"

namespace core {

using namespace base;

// Takes over the page tables from PEI.
void init_mapping(const handoff::PeiToDxe& from_pei);

// Maps RAM or devices anew; RAM above 4 GiB is otherwise mapped a GiB at a time, when it is first touched.
Result<> remap(PageRange range, mem::Protection protection, mem::Caching caching);
inline Result<> protect(PageRange range, mem::Protection protection) { return remap(range, protection, mem::Caching::write_back); }
// Device registers, but those below 4 GiB that every machine has.
inline Result<> map_mmio(PageRange range) { return remap(range, mem::Protection::read_write, mem::Caching::uncached); }
// Maps the GiB around an address above 4 GiB, if it is RAM and not mapped yet.
bool map_high_ram(Gpa address);

// The same for all of it: no processor but the boot processor can do that when it touches it.
void map_all_high_ram();

// How an address is mapped; high RAM counts as mapped.
mem::PageTables::Leaf mapping_of(Gpa address);

// The last act of ExitBootServices: see mem::PageTables::relax.
void relax_page_tables();

}  // namespace core

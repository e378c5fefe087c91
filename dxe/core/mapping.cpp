// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/mapping.hpp"

#include "dxe/core/memory_map.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/handoff/layout.hpp"
#include "lib/interrupt/crash.hpp"
#include "lib/interrupt/interrupt.hpp"

namespace core {
namespace {

using efi::MemoryType;
using mem::Caching, mem::Protection;

constexpr u64 low_tables = 16, more_tables = 64;
constexpr u8 page_fault_vector = 14;

constinit mem::PageTables tables;

void* identity(Gpa address) { return reinterpret_cast<void*>(address.raw()); }

// The tables' own pages: taken before the pool is empty, from memory that is already mapped.
Result<> refill_tables() {
  if (tables.pool().pages() >= low_tables) return {};
  const PageRange pool = TRY(memory_map().allocate(more_tables, free_ram, tag(MemoryType::boot_services_data), mem::Placement::top_down,
                                          {Gpa(1_MiB), Gpa(4_GiB)}));
  tables.add_pool(pool);
  memory_map_changed();
  return {};
}

Result<> map_tables(PageRange range, Protection protection, Caching caching) {
  TRY(refill_tables());
  auto done = tables.map(range, protection, caching);
  while (!done && done.error() == Error::out_of_resources) {
    tables.add_pool({});
    TRY(refill_tables());
    done = tables.map(range, protection, caching);
  }
  arch::write_cr3(tables.root().raw());
  return done;
}

// Every page fault takes the exception stack from its top: one that comes while another is handled, which only a host can
// bring about, has overwritten what the first would return to.
bool nested(const arch::InterruptFrame& frame) {
  constexpr u64 exception_stack_bytes = 8192;
  return reinterpret_cast<u64>(&frame) - frame.rsp < exception_stack_bytes;
}

void page_fault(arch::InterruptFrame& frame) {
  const bool present = frame.error_code & 1;
  if (present || nested(frame) || !map_high_ram(Gpa(arch::read_cr2()))) crash::report(frame);
}

}  // namespace

void init_mapping(const handoff::PeiToDxe& from_pei) {
  tables.adopt(identity, {from_pei.giant_pages, from_pei.no_execute, cc::private_mask()}, from_pei.page_table_root,
               from_pei.page_table_pool);
  interrupt::set_handler(page_fault_vector, page_fault);
  // SEC's code has run its course.
  const PageRange sec(Gpa(layout::sec_image), layout::sec_image_bytes / page_bytes);
  if (!remap(sec, Protection::read_write, Caching::write_back)) panic("no page tables");
}

bool map_high_ram(Gpa address) {
  const mem::Region* region = memory_map().find(address);
  if (address.raw() < 4_GiB || !region || tables.lookup(address).protection != Protection::none) return false;
  const PageRange chunk(address.align_down(1_GiB), 1_GiB / page_bytes);
  for (const mem::Region* r = memory_map().first(); r; r = memory_map().next(*r)) {
    const PageRange part = r->range.intersect(chunk);
    if (part.empty() || tables.lookup(part.start()).protection != Protection::none) continue;
    if (!map_tables(part, Protection::read_write, Caching::write_back)) return false;
  }
  return tables.lookup(address).protection != Protection::none;
}

Result<> remap(PageRange range, Protection protection, Caching caching) {
  TplGuard guard(efi::tpl_notify);
  if (caching == Caching::write_back)
    for (Gpa at = range.start(); at < range.end(); at = at.align_down(1_GiB) + 1_GiB) map_high_ram(at);
  return map_tables(range, protection, caching);
}

mem::PageTables::Leaf mapping_of(Gpa address) {
  map_high_ram(address);
  return tables.lookup(address);
}

void map_all_high_ram() {
  TplGuard guard(efi::tpl_notify);
  for (const mem::Region* r = memory_map().first(); r; r = memory_map().next(*r))
    if (r->range.start().raw() >= 4_GiB)
      for (Gpa at = r->range.start(); at < r->range.end(); at = at.align_down(1_GiB) + 1_GiB) map_high_ram(at);
}

void relax_page_tables() {
  map_all_high_ram();
  tables.relax();
  arch::write_cr3(tables.root().raw());
}

}  // namespace core

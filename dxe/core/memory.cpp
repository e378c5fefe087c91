// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/memory.hpp"

#include "dxe/core/event.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/handoff/layout.hpp"
#include "lib/interrupt/crash.hpp"
#include "lib/interrupt/interrupt.hpp"
#include "lib/log/log.hpp"
#include "lib/mem/ledger.hpp"
#include "lib/mem/region_map.hpp"

namespace core {
namespace {

using efi::MemoryType;
using mem::Caching, mem::Protection, mem::Tag;

constexpr Tag tag(MemoryType type, u64 attributes = 0) { return {static_cast<u32>(type), attributes}; }
constexpr Tag free_ram = tag(MemoryType::conventional);
// A bit of a tag's attributes that the memory map does not show: the host may read and write these pages.
constexpr u64 shared_with_host = 1ull << 61;
constexpr u64 low_tables = 16, more_tables = 64;

constinit mem::RegionMap map;
constinit mem::PageTables tables;
constinit u64 key = 1;
constinit bool nx_compatible = false;

void* identity(Gpa address) { return reinterpret_cast<void*>(address.raw()); }

void changed() {
  ++key;
  signal_group(efi::event_group::memory_map_change);
}

// The tables' own pages: taken before the pool is empty, from memory that is already mapped.
Result<> refill_tables() {
  if (tables.pool().pages() >= low_tables) return {};
  const PageRange pool = TRY(map.allocate(more_tables, free_ram, tag(MemoryType::boot_services_data), mem::Placement::top_down,
                                          {Gpa(1_MiB), Gpa(4_GiB)}));
  tables.add_pool(pool);
  ++key;
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

// RAM above 4 GiB is mapped a GiB at a time, when it is first touched or given other rights.
bool map_high_ram(Gpa address) {
  const mem::Region* region = map.find(address);
  if (address.raw() < 4_GiB || !region || tables.lookup(address).protection != Protection::none) return false;
  const PageRange chunk(address.align_down(1_GiB), 1_GiB / page_bytes);
  for (const mem::Region* r = map.first(); r; r = map.next(*r)) {
    const PageRange part = r->range.intersect(chunk);
    if (part.empty() || tables.lookup(part.start()).protection != Protection::none) continue;
    if (!map_tables(part, Protection::read_write, Caching::write_back)) return false;
  }
  return tables.lookup(address).protection != Protection::none;
}

void page_fault(arch::InterruptFrame& frame) {
  const bool present = frame.error_code & 1;
  if (present || !map_high_ram(Gpa(arch::read_cr2()))) crash::report(frame);
}

Result<> remap(PageRange range, Protection protection, Caching caching) {
  if (caching == Caching::write_back)
    for (Gpa at = range.start(); at < range.end(); at = at.align_down(1_GiB) + 1_GiB) map_high_ram(at);
  return map_tables(range, protection, caching);
}

bool executable(MemoryType type) {
  switch (type) {
    case MemoryType::loader_code:
    case MemoryType::boot_services_code:
    case MemoryType::runtime_services_code: return true;
    case MemoryType::loader_data: return !nx_compatible;
    case MemoryType::reserved:
    case MemoryType::boot_services_data:
    case MemoryType::runtime_services_data:
    case MemoryType::conventional:
    case MemoryType::unusable:
    case MemoryType::acpi_reclaim:
    case MemoryType::acpi_nvs:
    case MemoryType::mmio:
    case MemoryType::mmio_port_space:
    case MemoryType::pal_code:
    case MemoryType::persistent:
    case MemoryType::unaccepted_memory: return false;
  }
  return true;  // OEM and OS types: only their loader knows what they hold
}

Result<PageRange> choose(efi::AllocateType how, MemoryType type, u64 pages, Gpa hint) {
  using mem::Limits, mem::Placement;
  switch (how) {
    case efi::AllocateType::any_pages: {
      auto low = map.allocate(pages, free_ram, tag(type), Placement::top_down, Limits{Gpa(1_MiB), Gpa(4_GiB)});
      if (low) return low;
      auto high = map.allocate(pages, free_ram, tag(type), Placement::top_down, Limits{Gpa(4_GiB)});
      return high ? high : map.allocate(pages, free_ram, tag(type), Placement::top_down, Limits{Gpa(page_bytes)});
    }
    case efi::AllocateType::max_address: {
      const u64 end = hint.raw() >= (1ull << 52) ? 1ull << 52 : (hint.raw() + 1) & ~(page_bytes - 1);
      return map.allocate(pages, free_ram, tag(type), Placement::top_down, Limits{Gpa(page_bytes), Gpa(end)});
    }
    case efi::AllocateType::address: {
      if (!hint.aligned(page_bytes) || hint.raw() == 0) return Error::not_found;
      const PageRange range(hint, pages);
      if (auto taken = map.change(range, free_ram, tag(type)); !taken)
        return taken.error() == Error::invalid_parameter ? Error::not_found : taken.error();
      return range;
    }
  }
  return Error::invalid_parameter;
}

}  // namespace

void init_memory(const handoff::PeiToDxe& from_pei) {
  map.init(identity, free_ram, tag(MemoryType::boot_services_data), {Gpa(1_MiB), Gpa(4_GiB)});
  for (u32 i = 0; i < from_pei.region_count; ++i)
    if (!map.add(from_pei.regions[i].range, tag(from_pei.regions[i].type))) panic("PEI handed over regions that overlap");
  tables.adopt(identity, {from_pei.giant_pages, from_pei.no_execute, cc::private_mask()}, from_pei.page_table_root,
               from_pei.page_table_pool);
  interrupt::set_handler(14, page_fault);
  // SEC's code has run its course.
  const PageRange sec(Gpa(layout::sec_image), layout::sec_image_bytes / page_bytes);
  if (!remap(sec, Protection::read_write, Caching::write_back)) panic("no page tables");
}

void accept_high_ram() {
  mem::Ledger ledger(map, tag(MemoryType::unaccepted_memory));
  for (const mem::Region* r = map.first(); r; r = map.next(*r)) {
    if (r->tag != tag(MemoryType::unaccepted_memory)) continue;
    const PageRange range = r->range;
    // PVALIDATE wants the page mapped; a plain guest has nothing to do here and maps on first touch.
    for (Gpa at = range.start(); cc::acceptance_costs() && at < range.end(); at = at.align_down(1_GiB) + 1_GiB) map_high_ram(at);
    if (!ledger.accept(range, free_ram)) cc::terminate(cc::Reason::page_ledger);
    r = map.find(range.start());
  }
  changed();
}

Result<> share_pages(PageRange range) {
  TplGuard guard(efi::tpl_notify);
  const mem::Region* region = map.find(range.start());
  if (!region || !region->range.contains(range)) return Error::invalid_parameter;
  TRY(map.set(range, {region->tag.type, region->tag.attributes | shared_with_host}));
  TRY(cc::share(range));
  return remap(range, Protection::read_write, Caching::shared);
}

Result<> unshare_pages(PageRange range) {
  TplGuard guard(efi::tpl_notify);
  const mem::Region* region = map.find(range.start());
  if (!region || !region->range.contains(range) || !(region->tag.attributes & shared_with_host)) return Error::invalid_parameter;
  TRY(remap(range, Protection::read_write, Caching::write_back));
  TRY(cc::unshare(range));
  return map.set(range, {region->tag.type, region->tag.attributes & ~shared_with_host});
}

void note_shared(PageRange range) {
  const mem::Region* region = map.find(range.start());
  if (!region || !map.set(range, {region->tag.type, region->tag.attributes | shared_with_host})) cc::terminate(cc::Reason::page_ledger);
}

void unshare_everything() {
  for (const mem::Region* r = map.first(); r; r = map.next(*r))
    if ((r->tag.attributes & shared_with_host) && r->tag.type != static_cast<u32>(MemoryType::reserved))
      if (!remap(r->range, Protection::read_write, Caching::write_back) || !cc::unshare(r->range)) cc::terminate(cc::Reason::page_ledger);
}

bool allocatable(MemoryType type) {
  const u32 raw = static_cast<u32>(type);
  if (raw >= efi::oem_memory_type_first) return true;
  return raw < efi::memory_type_count && type != MemoryType::conventional && type != MemoryType::persistent &&
         type != MemoryType::unaccepted_memory;
}

bool is_allocated(Gpa address) {
  const mem::Region* region = map.find(address);
  return region && allocatable(static_cast<MemoryType>(region->tag.type));
}

Result<Gpa> allocate_pages(efi::AllocateType how, MemoryType type, u64 pages, Gpa hint) {
  if (!allocatable(type)) return Error::invalid_parameter;
  if (pages == 0) return Error::invalid_parameter;
  if (pages >= (1ull << 40)) return how == efi::AllocateType::address ? Error::not_found : Error::out_of_resources;
  TplGuard guard(efi::tpl_notify);
  const PageRange range = TRY(choose(how, type, pages, hint));
  if (executable(type)) {
    if (auto done = remap(range, Protection::read_write_execute, Caching::write_back); !done) {
      (void)!map.set(range, free_ram);
      return done.error();
    }
  }
  changed();
  return range.start();
}

Result<> free_pages(Gpa start, u64 pages) {
  if (!start.aligned(page_bytes) || pages == 0) return Error::invalid_parameter;
  if (pages >= (1ull << 40)) return Error::not_found;
  TplGuard guard(efi::tpl_notify);
  const PageRange range(start, pages);
  bool was_executable = false;
  for (Gpa at = start; at < range.end();) {
    const mem::Region* region = map.find(at);
    if (!region || !allocatable(static_cast<MemoryType>(region->tag.type))) return Error::not_found;
    was_executable |= executable(static_cast<MemoryType>(region->tag.type));
    at = region->range.end();
  }
  TRY(map.set(range, free_ram));
  if (was_executable) TRY(remap(range, Protection::read_write, Caching::write_back));
  changed();
  return {};
}

Result<> add_range(PageRange range, MemoryType type, u64 attributes) {
  TplGuard guard(efi::tpl_notify);
  TRY(map.add(range, tag(type, attributes)));
  changed();
  return {};
}

Result<> map_mmio(PageRange range) {
  TplGuard guard(efi::tpl_notify);
  return remap(range, Protection::read_write, Caching::uncached);
}

Result<> protect(PageRange range, Protection protection) {
  TplGuard guard(efi::tpl_notify);
  return remap(range, protection, Caching::write_back);
}

mem::PageTables::Leaf mapping_of(Gpa address) {
  map_high_ram(address);
  return tables.lookup(address);
}

bool is_ram(PageRange range) {
  for (Gpa at = range.start(); at < range.end();) {
    const mem::Region* r = map.find(at);
    if (!r || r->tag.type == static_cast<u32>(MemoryType::mmio) || r->tag.type == static_cast<u32>(MemoryType::mmio_port_space)) return false;
    at = r->range.end();
  }
  return true;
}

void set_payload_is_nx_compatible(bool yes) { nx_compatible = yes; }
void relax_page_tables() {
  for (const mem::Region* r = map.first(); r; r = map.next(*r))
    if (r->range.start().raw() >= 4_GiB)
      for (Gpa at = r->range.start(); at < r->range.end(); at = at.align_down(1_GiB) + 1_GiB) map_high_ram(at);
  tables.relax();
  arch::write_cr3(tables.root().raw());
}

void for_each_region_raw(void (*visit)(void*, PageRange, MemoryType), void* context) {
  for (const mem::Region* r = map.first(); r; r = map.next(*r)) visit(context, r->range, static_cast<MemoryType>(r->tag.type));
}

u64 memory_map_key() { return key; }

Result<> get_memory_map(u64* map_size, efi::MemoryDescriptor* out, u64* map_key, u64* descriptor_size, u32* descriptor_version) {
  if (!map_size) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  const u64 given = *map_size;
  *map_size = map.count() * sizeof(efi::MemoryDescriptor);
  if (descriptor_size) *descriptor_size = sizeof(efi::MemoryDescriptor);
  if (descriptor_version) *descriptor_version = efi::MemoryDescriptor::version;
  if (given < *map_size) return Error::buffer_too_small;
  if (!out) return Error::invalid_parameter;
  for (const mem::Region* r = map.first(); r; r = map.next(*r), ++out) {
    using namespace efi::memory_attribute;
    const auto type = static_cast<MemoryType>(r->tag.type);
    const bool at_runtime = type == MemoryType::runtime_services_code || type == MemoryType::runtime_services_data;
    const u64 caching = type == MemoryType::mmio ? uc : uc | wc | wt | wb;
    *out = {type, 0, r->range.start().raw(), 0, r->range.pages(), caching | (r->tag.attributes & ~shared_with_host) | (at_runtime ? runtime : 0)};
  }
  if (map_key) *map_key = key;
  return {};
}

}  // namespace core

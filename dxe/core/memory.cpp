// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/memory.hpp"

#include "dxe/core/acceptance.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/mapping.hpp"
#include "dxe/core/memory_map.hpp"
#include "dxe/core/tpl.hpp"

namespace core {
namespace {

using efi::MemoryType;
using mem::Caching, mem::Protection, mem::Tag;

constinit mem::RegionMap map;
constinit u64 key = 1;
constinit bool nx_compatible = false;

void* identity(Gpa address) { return reinterpret_cast<void*>(address.raw()); }

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

// Top down inside the limits; RAM that is not accepted yet is the reserve.
Result<PageRange> choose_below(u64 pages, MemoryType type, mem::Limits limits) {
  auto range = map.allocate(pages, free_ram, tag(type), mem::Placement::top_down, limits);
  if (range || !accept_more(pages, limits.lowest, limits.highest)) return range;
  return map.allocate(pages, free_ram, tag(type), mem::Placement::top_down, limits);
}

Result<PageRange> choose(efi::AllocateType how, MemoryType type, u64 pages, Gpa hint) {
  using mem::Limits;
  switch (how) {
    case efi::AllocateType::any_pages: {
      auto low = choose_below(pages, type, Limits{Gpa(1_MiB), Gpa(4_GiB)});
      if (low) return low;
      auto high = choose_below(pages, type, Limits{Gpa(4_GiB)});
      return high ? high : choose_below(pages, type, Limits{Gpa(page_bytes)});
    }
    case efi::AllocateType::max_address: {
      const u64 end = hint.raw() >= (1ull << 52) ? 1ull << 52 : (hint.raw() + 1) & ~(page_bytes - 1);
      return end > page_bytes ? choose_below(pages, type, Limits{Gpa(page_bytes), Gpa(end)}) : Result<PageRange>(Error::out_of_resources);
    }
    case efi::AllocateType::address: {
      if (!hint.aligned(page_bytes) || hint.raw() == 0) return Error::not_found;
      const PageRange range(hint, pages);
      TRY(accept_range(range));
      if (auto taken = map.change(range, free_ram, tag(type)); !taken)
        return taken.error() == Error::invalid_parameter ? Error::not_found : taken.error();
      return range;
    }
  }
  return Error::invalid_parameter;
}

}  // namespace

mem::RegionMap& memory_map() { return map; }
void memory_map_changed() {
  ++key;
  signal_group(efi::event_group::memory_map_change);
}

void init_memory(const handoff::PeiToDxe& from_pei) {
  map.init(identity, free_ram, tag(MemoryType::boot_services_data), {Gpa(1_MiB), Gpa(4_GiB)});
  for (u32 i = 0; i < from_pei.region_count; ++i)
    if (!map.add(from_pei.regions[i].range, tag(from_pei.regions[i].type))) panic("PEI handed over regions that overlap");
  init_mapping(from_pei);
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
  memory_map_changed();
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
  memory_map_changed();
  return {};
}

Result<> add_range(PageRange range, MemoryType type, u64 attributes) {
  TplGuard guard(efi::tpl_notify);
  TRY(map.add(range, tag(type, attributes)));
  memory_map_changed();
  return {};
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
    const u64 caching = type == MemoryType::mmio ? uc : uc | wc | wt | wb;
    *out = {type, 0, r->range.start().raw(), 0, r->range.pages(), caching | (r->tag.attributes & ~shared_with_host) | (lives_on(r->tag) ? runtime : 0)};
  }
  if (map_key) *map_key = key;
  return {};
}

}  // namespace core

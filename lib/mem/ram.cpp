// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/ram.hpp"

#include "lib/log/log.hpp"

namespace mem {
namespace {

constexpr u64 address_limit = 1ull << 46;  // four-level identity map, half of it [apm2 §5.3]

void add_around_hole(RegionMap& map, PageRange range, Tag ram, bool& any, const char* what) {
  const PageRange parts[] = {range.intersect(PageRange(Gpa(0), legacy_hole.start().raw() / page_bytes)),
                             range.intersect(PageRange(legacy_hole.end(), (address_limit - legacy_hole.end().raw()) / page_bytes))};
  for (const PageRange& part : parts) {
    if (part.empty()) continue;
    if (auto added = map.add(part, ram); added)
      any = true;
    else
      log::warning(what, ": RAM ", log::hex(part.start()), "..", log::hex(part.end()), " left out: ",
                   added.error() == Error::invalid_parameter ? "it overlaps other RAM" : name(added.error()));
  }
}

// Fails when the map cannot say it (no node left, or its own page lies there): then it must not be used at all.
Result<> remove_overlap(RegionMap& map, PageRange reserved) {
  const Region* region = map.first();
  while (region) {
    const PageRange overlap = region->range.intersect(reserved);
    if (overlap.empty()) {
      region = map.next(*region);
      continue;
    }
    log::warning("e820: ", log::hex(overlap.start()), "..", log::hex(overlap.end()), " is both RAM and reserved; not used");
    TRY(map.remove(overlap));
    region = map.first();
  }
  return {};
}

bool sane(const E820Entry& e) { return e.bytes != 0 && e.address < address_limit && e.bytes <= address_limit - e.address; }

}  // namespace

Result<> add_e820_ram(RegionMap& map, std::span<const E820Entry> entries, Tag ram) {
  bool any = false;
  for (const E820Entry& e : entries) {
    if (!sane(e)) {
      if (e.bytes) log::warning("e820: entry at ", log::hex(e.address), " of ", log::hex(e.bytes), " bytes left out: outside the address space");
    } else if (e.type == e820_ram) {
      add_around_hole(map, PageRange::inside(e.address, e.address + e.bytes), ram, any, "e820");
    }
  }
  for (const E820Entry& e : entries)
    if (e.type != e820_ram && sane(e)) TRY(remove_overlap(map, PageRange::covering(e.address, e.bytes)));
  return any && map.first() ? Result<>() : Error::not_found;
}

PageRange device_space(std::span<const E820Entry> entries) {
  constexpr u64 least = 64_GiB;
  u64 base = 4_GiB, end = address_limit;
  for (const E820Entry& e : entries)
    if (sane(e) && e.type == e820_ram && e.address + e.bytes > base) base = e.address + e.bytes;
  // Each round ends behind one more entry.
  for (usize round = 0; round <= entries.size(); ++round) {
    end = address_limit;
    u64 behind = base;
    for (const E820Entry& e : entries) {
      if (!sane(e) || e.address + e.bytes <= base) continue;
      if (e.address < end) end = e.address, behind = e.address + e.bytes;
    }
    if (end > base && end - base >= least) return PageRange::inside(base, end);
    if (behind == base) break;
    base = behind;
  }
  return {};
}

Result<> add_cmos_ram(RegionMap& map, const CmosMemory& cmos, Tag ram) {
  const u64 low_end = cmos.above_16m_64kib ? 16_MiB + u64{cmos.above_16m_64kib} * 64_KiB : 1_MiB + u64{cmos.extended_kib} * 1_KiB;
  bool any = false;
  add_around_hole(map, PageRange::inside(0, low_end), ram, any, "CMOS");
  if (cmos.above_4g_64kib) add_around_hole(map, PageRange::inside(4_GiB, 4_GiB + u64{cmos.above_4g_64kib} * 64_KiB), ram, any, "CMOS");
  return any ? Result<>() : Error::not_found;
}

}  // namespace mem

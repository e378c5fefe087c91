// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/page_tables.hpp"

namespace mem {
namespace {

constexpr u64 present = 1 << 0, writable = 1 << 1, write_through = 1 << 3, cache_disable = 1 << 4;
constexpr u64 accessed = 1 << 5, dirty = 1 << 6, large = 1 << 7, no_execute = 1ull << 63;
constexpr unsigned top_level = 4;
constexpr unsigned entries = 512;
constexpr u64 address_mask = Bits<51, 12>::mask;

constexpr unsigned shift(unsigned level) { return 12 + 9 * (level - 1); }
constexpr u64 span_of(unsigned level) { return 1ull << shift(level); }
constexpr unsigned index(u64 address, unsigned level) { return address >> shift(level) & (entries - 1); }

bool is_leaf(u64 entry, unsigned level) { return level == 1 || (entry & large); }

}  // namespace

void PageTables::init(PointerTo pointer_to, Features features, PageRange pool) {
  adopt(pointer_to, features, pool.start(), PageRange(pool.start() + page_bytes, pool.pages() - 1));
  __builtin_memset(pointer_to_(root_), 0, page_bytes);
}

void PageTables::adopt(PointerTo pointer_to, Features features, Gpa root, PageRange pool) {
  pointer_to_ = pointer_to;
  features_ = features;
  root_ = root;
  pool_ = pool;
}

u64* PageTables::table_of(u64 entry) const {
  return static_cast<u64*>(pointer_to_(Gpa(entry & address_mask & ~features_.private_mask)));
}

u64 PageTables::leaf_flags(Protection protection, Caching caching) const {
  u64 flags = accessed | dirty;
  switch (caching) {
    case Caching::write_back: flags |= features_.private_mask; break;
    case Caching::uncached: flags |= cache_disable | write_through; break;
    case Caching::shared: break;
  }
  const u64 nx = features_.no_execute ? no_execute : 0;
  switch (protection) {
    case Protection::none: return 0;
    case Protection::read_only: return flags | present | nx;
    case Protection::read_execute: return flags | present;
    case Protection::read_write: return flags | present | writable | nx;
    case Protection::read_write_execute: return flags | present | writable;
  }
  __builtin_unreachable();
}

// The table below an entry; made when there is none, and out of a large page when there is one.
Result<u64*> PageTables::descend(u64& entry, unsigned level) {
  if ((entry & present) && !is_leaf(entry, level)) return table_of(entry);
  if (pool_.empty()) return Error::out_of_resources;
  const Gpa page = pool_.start();
  pool_ = PageRange(page + page_bytes, pool_.pages() - 1);
  u64* table = static_cast<u64*>(pointer_to_(page));
  if (entry & present) {
    u64 child = level == 2 ? entry & ~large : entry;
#pragma clang loop unroll_count(8)
    for (unsigned i = 0; i < entries; ++i, child += span_of(level - 1)) table[i] = child;
  } else {
    __builtin_memset(table, 0, page_bytes);
  }
  entry = page.raw() | features_.private_mask | present | writable | accessed;
  return table;
}

// A run of entries that are, or become, leaves: up to the first that points to a table. Returns how many.
u64 PageTables::fill_leaves(u64* entry, u64 count, unsigned level, u64 from, u64 flags) {
  const u64 leaf = flags && level > 1 ? flags | large : flags;
  u64 value = flags ? from | leaf : 0;
  const u64 step = flags ? span_of(level) : 0;
  u64 done = 0;
  if (level == 1) {
#pragma clang loop unroll_count(8)
    for (; done < count; ++done, value += step) entry[done] = value;
    return done;
  }
  for (; done < count && !((entry[done] & present) && !is_leaf(entry[done], level)); ++done, value += step) entry[done] = value;
  return done;
}

Result<> PageTables::map_level(u64* table, unsigned level, u64 from, u64 to, u64 flags) {
  const u64 span = span_of(level);
  const bool may_be_leaf = level <= 2 || (level == 3 && features_.giant_pages);
  while (from < to) {
    const unsigned at = index(from, level);
    if (may_be_leaf && from % span == 0) {
      const u64 whole = (to - from) >> shift(level), room = entries - at;
      const u64 done = fill_leaves(table + at, whole < room ? whole : room, level, from, flags);
      from += done << shift(level);
      if (done) continue;
    }
    const u64 end = (from & ~(span - 1)) + span;
    const u64 stop = end < to ? end : to;
    u64* below = TRY(descend(table[at], level));
    TRY(map_level(below, level - 1, from, stop, flags));
    from = stop;
  }
  return {};
}

Result<> PageTables::map(PageRange range, Protection protection, Caching caching) {
  return map_level(static_cast<u64*>(pointer_to_(root_)), top_level, range.start().raw(), range.end().raw(),
                   leaf_flags(protection, caching));
}

PageTables::Leaf PageTables::lookup(Gpa address) const {
  const u64* table = static_cast<const u64*>(pointer_to_(root_));
  for (unsigned level = top_level;; --level) {
    const u64 entry = table[index(address.raw(), level)];
    if (!(entry & present)) return {Protection::none, Caching::write_back, span_of(level)};
    if (is_leaf(entry, level)) {
      const bool execute = !(entry & no_execute), write = entry & writable;
      return {write ? execute ? Protection::read_write_execute : Protection::read_write
                    : execute ? Protection::read_execute : Protection::read_only,
              entry & cache_disable ? Caching::uncached : Caching::write_back, span_of(level)};
    }
    table = table_of(entry);
  }
}

void PageTables::relax_level(u64* table, unsigned level, u64 address) {
  for (unsigned i = 0; i < entries; ++i) {
    u64& entry = table[i];
    const u64 here = address + i * span_of(level);
    if (level > 1 && (entry & present) && !is_leaf(entry, level))
      relax_level(table_of(entry), level - 1, here);
    else if (entry & present)
      entry = (entry & ~no_execute) | writable;
    else if (level == 1)
      entry = here | leaf_flags(Protection::read_write_execute, Caching::write_back);
  }
}

void PageTables::relax() { relax_level(static_cast<u64*>(pointer_to_(root_)), top_level, 0); }

}  // namespace mem

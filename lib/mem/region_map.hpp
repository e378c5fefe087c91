// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/base/list.hpp"
#include "lib/base/result.hpp"

namespace mem {

using namespace base;

// What the owner of a map remembers about a range. The map only compares tags; regions that touch and
// have equal tags are one region.
struct Tag {
  u32 type = 0;
  u64 attributes = 0;
  constexpr bool operator==(const Tag&) const = default;
};

struct Region : ListNode<Region> {
  PageRange range;
  Tag tag;
};

// A range is placed inside [lowest, highest): highest is exclusive.
struct Limits {
  Gpa lowest{0};
  Gpa highest{1ull << 52};
};
enum class Placement : u8 { bottom_up, top_down };

// Disjoint tagged page ranges in ascending order. Its own bookkeeping lives in pages taken out of the map:
// when nodes run short, one page tagged `free` becomes `bookkeeping`, so the map describes itself. Such a page
// is never given away: freeing, removing or allocating it is access_denied, whatever tag `set` gave it since.
// An operation that fails changes nothing. out_of_resources: no node and no free page to make one of.
class RegionMap {
 public:
  // Where this program can write a page of the map; identity in firmware, a fake RAM in tests.
  using PointerTo = void* (*)(Gpa);

  // `node_limits`: where bookkeeping pages may come from (must be mapped when they are needed).
  void init(PointerTo pointer_to, Tag free, Tag bookkeeping, Limits node_limits = {});

  // Adds a range that the map does not know yet. invalid_parameter: empty, wraps, or overlaps a region.
  Result<> add(PageRange range, Tag tag);
  // Forgets a range. not_found: part of it is not in the map.
  Result<> remove(PageRange range);
  // Gives the whole range a new tag. not_found: part of it is not in the map.
  Result<> set(PageRange range, Tag to);
  // The same, if all of it carries `from` now; else not_found.
  Result<> change(PageRange range, Tag from, Tag to);

  // Finds `pages` pages tagged `from` inside the limits, aligned, and gives them `to`.
  // out_of_resources: no such range. invalid_parameter: no pages, or alignment not a power of two of pages.
  Result<PageRange> allocate(u64 pages, Tag from, Tag to, Placement placement, Limits limits = {}, u64 alignment = page_bytes);

  // The region that holds an address, or null.
  const Region* find(Gpa address);
  const Region* first();
  const Region* next(const Region& region);
  u64 count() const { return count_; }

 private:
  static constexpr unsigned built_in_nodes = 16;
  struct NodePage;

  Region* locate(Gpa address);
  Region* first_ending_after(Gpa address);
  bool owns(const PageRange& range, PageRange* which = nullptr) const;
  Result<Region*> cover(const PageRange& range, const Tag* from);
  Result<> retag(Region* first, const PageRange& range, Tag to);

  Result<> reserve(u64 nodes, const PageRange& avoid);
  Result<> reserve(Region*& first, const PageRange& range);
  bool page_for_nodes(const PageRange& avoid, PageRange& page);
  Region& take(const PageRange& range, Tag tag);
  void give_back(Region& region);

  Region* isolate(Region* first, const PageRange& range);
  void split(Region& region, Gpa at);
  void merge_around(Region& region);
  void paint(Region& first, const PageRange& range, Tag to);

  PointerTo pointer_to_ = nullptr;
  Tag free_, bookkeeping_;
  Limits node_limits_;
  List<Region> regions_;
  List<Region> spare_;
  u64 spare_count_ = 0;
  u64 count_ = 0;
  Region* near_ = nullptr;  // where the last search ended; operations cluster
  NodePage* own_pages_ = nullptr;
  Region built_in_[built_in_nodes];
};

}  // namespace mem

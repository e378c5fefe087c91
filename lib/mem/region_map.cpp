// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/region_map.hpp"

#include <new>

namespace mem {

// A page of the map that carries the map.
struct RegionMap::NodePage {
  NodePage* next;
  Gpa where;
  Region nodes[(page_bytes - 16) / sizeof(Region)];
  PageRange range() const { return {where, 1}; }
};

namespace {

// The end of a valid range does not wrap, so later arithmetic cannot either.
bool valid(const PageRange& r) {
  return !r.empty() && r.start().aligned(page_bytes) && r.pages() <= (~0ull - r.start().raw()) / page_bytes;
}

// The part of a region that lies inside the limits, as raw addresses.
struct Window {
  u64 low, high;
};
Window clip(const PageRange& r, const Limits& limits) {
  const u64 lowest = limits.lowest.raw() > ~0ull - page_bytes ? ~0ull : align_up(limits.lowest.raw(), page_bytes);
  const u64 highest = limits.highest.align_down(page_bytes).raw();
  const u64 low = r.start().raw(), high = r.end().raw();
  return {low > lowest ? low : lowest, high < highest ? high : highest};
}

bool fit(const Window& w, u64 bytes, u64 alignment, Placement placement, u64& at) {
  if (w.high <= w.low || w.high - w.low < bytes) return false;
  if (placement == Placement::top_down) {
    at = (w.high - bytes) & ~(alignment - 1);
    return at >= w.low;
  }
  at = align_up(w.low, alignment);
  return at >= w.low && at <= w.high - bytes;
}

}  // namespace

void RegionMap::init(PointerTo pointer_to, Tag free, Tag bookkeeping, Limits node_limits) {
  static_assert(sizeof(NodePage) <= page_bytes);
  pointer_to_ = pointer_to;
  free_ = free;
  bookkeeping_ = bookkeeping;
  node_limits_ = node_limits;
  for (Region& node : built_in_) spare_.push_back(node);
  spare_count_ = built_in_nodes;
}

// ---- searching

Region* RegionMap::first_ending_after(Gpa address) {
  Region* at = near_ ? near_ : regions_.front();
  if (!at) return nullptr;
  while (at && at->range.end() <= address) at = regions_.next(at);
  if (!at) return nullptr;
  for (Region* before = regions_.prev(at); before && before->range.end() > address; before = regions_.prev(at)) at = before;
  return near_ = at;
}

Region* RegionMap::locate(Gpa address) {
  Region* at = first_ending_after(address);
  return at && at->range.start() <= address ? at : nullptr;
}

const Region* RegionMap::find(Gpa address) { return locate(address); }
const Region* RegionMap::first() { return regions_.front(); }
const Region* RegionMap::next(const Region& region) { return regions_.next(const_cast<Region*>(&region)); }

bool RegionMap::owns(const PageRange& range, PageRange* which) const {
  for (const NodePage* page = own_pages_; page; page = page->next)
    if (range.contains(page->where)) {
      if (which) *which = page->range();
      return true;
    }
  return false;
}

// The first of the touching regions that hold all of a range, all of them tagged `from` if that is given.
Result<Region*> RegionMap::cover(const PageRange& range, const Tag* from) {
  if (!valid(range)) return Error::invalid_parameter;
  Region* const begin = locate(range.start());
  for (Region* at = begin; at;) {
    if (from && at->tag != *from) return Error::not_found;
    const Gpa reached = at->range.end();
    if (reached >= range.end()) return begin;
    at = regions_.next(at);
    if (at && at->range.start() != reached) return Error::not_found;
  }
  return Error::not_found;
}

// ---- nodes

Region& RegionMap::take(const PageRange& range, Tag tag) {
  Region* node = spare_.pop_front();
  ASSERT(node);
  --spare_count_;
  ++count_;
  node->range = range;
  node->tag = tag;
  return *node;
}

void RegionMap::give_back(Region& region) {
  if (near_ == &region) near_ = regions_.prev(&region);
  region.unlink();
  spare_.push_front(region);
  ++spare_count_;
  --count_;
}

bool RegionMap::page_for_nodes(const PageRange& avoid, PageRange& page) {
  for (Region* at = regions_.back(); at; at = regions_.prev(at)) {
    if (at->tag != free_) continue;
    Window w = clip(at->range, node_limits_);
    u64 where;
    if (!fit(w, page_bytes, page_bytes, Placement::top_down, where)) continue;
    if (avoid.contains(Gpa(where))) {
      w.high = avoid.start().raw();
      if (!fit(w, page_bytes, page_bytes, Placement::top_down, where)) continue;
    }
    page = PageRange(Gpa(where), 1);
    return true;
  }
  return false;
}

// Makes sure that `nodes` (at most two) are at hand. A new page brings the nodes that its own retagging takes, so
// this neither recurses nor needs a reserve. Region pointers are stale after it; no page of `avoid` is used.
Result<> RegionMap::reserve(u64 nodes, const PageRange& avoid) {
  if (spare_count_ >= nodes) [[likely]]
    return {};
  PageRange range;
  if (!page_for_nodes(avoid, range)) return Error::out_of_resources;
  void* memory = pointer_to_(range.start());
  if (!memory) return Error::out_of_resources;
  auto* page = new (memory) NodePage{own_pages_, range.start(), {}};
  own_pages_ = page;
  for (Region& node : page->nodes) spare_.push_back(node);
  spare_count_ += sizeof page->nodes / sizeof page->nodes[0];
  paint(*locate(range.start()), range, bookkeeping_);
  return {};
}

// What isolate() will take. Looks for `first` again when it may have moved.
Result<> RegionMap::reserve(Region*& first, const PageRange& range) {
  if (spare_count_ >= 2) [[likely]]
    return {};
  const bool front = first->range.start() < range.start();
  const bool back = locate(range.end() - page_bytes)->range.end() > range.end();
  TRY(reserve(u64{front} + u64{back}, range));
  first = locate(range.start());
  return {};
}

// ---- changing; nothing below can fail

void RegionMap::split(Region& region, Gpa at) {
  const PageRange upper(at, (region.range.end() - at) / page_bytes);
  region.range = PageRange(region.range.start(), region.range.pages() - upper.pages());
  Region& node = take(upper, region.tag);
  if (Region* after = regions_.next(&region))
    regions_.insert_before(*after, node);
  else
    regions_.push_back(node);
}

// Makes one region of exactly `range` out of the regions that cover it.
Region* RegionMap::isolate(Region* first, const PageRange& range) {
  if (first->range.start() < range.start()) {
    split(*first, range.start());
    first = regions_.next(first);
  }
  Region* last = first;
  while (last->range.end() < range.end()) last = regions_.next(last);
  if (last->range.end() > range.end()) split(*last, range.end());
  while (first != last) {
    Region* before = regions_.prev(last);
    give_back(*last);
    last = before;
  }
  first->range = range;
  return near_ = first;
}

void RegionMap::merge_around(Region& region) {
  Region* after = regions_.next(&region);
  if (after && after->range.start() == region.range.end() && after->tag == region.tag) {
    region.range = PageRange(region.range.start(), region.range.pages() + after->range.pages());
    give_back(*after);
  }
  Region* before = regions_.prev(&region);
  if (before && before->range.end() == region.range.start() && before->tag == region.tag) {
    before->range = PageRange(before->range.start(), before->range.pages() + region.range.pages());
    give_back(region);
  }
}

void RegionMap::paint(Region& first, const PageRange& range, Tag to) {
  Region* region = isolate(&first, range);
  region->tag = to;
  merge_around(*region);
}

Result<> RegionMap::retag(Region* first, const PageRange& range, Tag to) {
  if (first->tag == to && first->range.contains(range)) return {};
  TRY(reserve(first, range));
  paint(*first, range, to);
  return {};
}

// ---- operations

Result<> RegionMap::add(PageRange range, Tag tag) {
  if (!valid(range)) return Error::invalid_parameter;
  Region* after = first_ending_after(range.start());
  if (after && after->range.start() < range.end()) return Error::invalid_parameter;
  if (spare_count_ < 1) {
    TRY(reserve(1, range));
    after = first_ending_after(range.start());
  }
  Region& region = take(range, tag);
  if (after)
    regions_.insert_before(*after, region);
  else
    regions_.push_back(region);
  near_ = &region;
  merge_around(region);
  return {};
}

Result<> RegionMap::remove(PageRange range) {
  Region* first = TRY(cover(range, nullptr));
  if (owns(range)) return Error::access_denied;
  TRY(reserve(first, range));
  give_back(*isolate(first, range));
  return {};
}

Result<> RegionMap::set(PageRange range, Tag to) {
  Region* first = TRY(cover(range, nullptr));
  if (to == free_ && owns(range)) return Error::access_denied;
  return retag(first, range, to);
}

Result<> RegionMap::change(PageRange range, Tag from, Tag to) {
  Region* first = TRY(cover(range, &from));
  if (to == free_ && owns(range)) return Error::access_denied;
  return retag(first, range, to);
}

Result<PageRange> RegionMap::allocate(u64 pages, Tag from, Tag to, Placement placement, Limits limits, u64 alignment) {
  if (pages == 0 || alignment < page_bytes || (alignment & (alignment - 1)) != 0) return Error::invalid_parameter;
  if (pages > ~0ull / page_bytes) return Error::out_of_resources;
  const bool down = placement == Placement::top_down;
  for (Region* at = down ? regions_.back() : regions_.front(); at; at = down ? regions_.prev(at) : regions_.next(at)) {
    if (at->tag != from) continue;
    Window w = clip(at->range, limits);
    u64 start;
    PageRange own;
    while (fit(w, pages * page_bytes, alignment, placement, start)) {
      const PageRange found(Gpa(start), pages);
      if (!owns(found, &own)) {
        TRY(retag(at, found, to));
        return found;
      }
      (down ? w.high : w.low) = down ? own.start().raw() : own.end().raw();
    }
  }
  return Error::out_of_resources;
}

}  // namespace mem

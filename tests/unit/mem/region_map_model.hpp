// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "lib/mem/region_map.hpp"
#include "tests/fakes/choices.hpp"

// The region map beside a model that is too simple to be wrong: one tag per page. Every operation goes to both,
// results and all pages are compared. Used by the randomized test and the fuzz target.
namespace region_map_model {

using namespace base;
using mem::Limits, mem::Placement, mem::RegionMap, mem::Tag;

inline constexpr unsigned page_count = 96;
inline constexpr u64 base_address = 0x10'0000'0000;
inline constexpr Tag free_tag{1, 0}, node_tag{2, 0};
alignas(4096) inline u8 ram[page_count * page_bytes];

inline void* pointer_to(Gpa a) { return ram + (a.raw() - base_address); }
inline Gpa address(u64 page) { return Gpa(base_address + page * page_bytes); }

#define MODEL_CHECK(condition)                                                              \
  do {                                                                                      \
    if (!(condition)) {                                                                     \
      std::fprintf(stderr, "%s:%d: model check failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                         \
    }                                                                                       \
  } while (0)

class Model {
 public:
  explicit Model(Limits node_limits) : node_limits_(node_limits) {
    map_.init(pointer_to, free_tag, node_tag, node_limits);
  }

  void step(fakes::Choices& choices) {
    const u64 kind = choices.below(16);
    if (kind < 2) return add(choices);
    if (kind < 3) return remove(choices);
    if (kind < 6) return set(choices);
    if (kind < 10) return change(choices);
    allocate(choices);
  }
  u64 own_pages() const { return own_count_; }
  u64 most_regions() const { return most_; }

 private:
  struct Span {
    u64 first, pages;
    PageRange range() const { return {address(first), pages}; }
    u64 end() const { return first + pages; }
  };

  static Tag pick_tag(fakes::Choices& c) { return c.of<Tag>({free_tag, free_tag, node_tag, {3, 0}, {3, 1}}); }
  static Span pick_span(fakes::Choices& c) {
    const u64 first = c.below(page_count);
    const u64 room = page_count - first;
    return {first, c.one_in(64) ? 0 : 1 + c.below(c.one_in(4) ? room : room < 4 ? room : 4)};
  }

  bool all(const Span& s, std::optional<Tag> tag) const {
    for (u64 p = s.first; p < s.end(); ++p)
      if (pages_[p] != tag) return false;
    return true;
  }
  bool known(const Span& s) const {
    for (u64 p = s.first; p < s.end(); ++p)
      if (!pages_[p]) return false;
    return true;
  }
  bool own(const Span& s) const {
    for (u64 p = s.first; p < s.end(); ++p)
      if (own_[p]) return true;
    return false;
  }

  void add(fakes::Choices& c) {
    const Span s = pick_span(c);
    const Tag tag = pick_tag(c);
    std::optional<Error> expected;
    if (!s.pages || !all(s, std::nullopt)) expected = Error::invalid_parameter;
    finish(map_.add(s.range(), tag), expected, s, tag);
  }
  void remove(fakes::Choices& c) {
    const Span s = pick_span(c);
    finish(map_.remove(s.range()), expect(s, known(s), own(s)), s, std::nullopt);
  }
  void set(fakes::Choices& c) {
    const Span s = pick_span(c);
    const Tag to = pick_tag(c);
    finish(map_.set(s.range(), to), expect(s, known(s), to == free_tag && own(s)), s, to);
  }
  void change(fakes::Choices& c) {
    const Span s = pick_span(c);
    const Tag from = c.one_in(4) || !pages_[s.first] ? pick_tag(c) : *pages_[s.first];
    const Tag to = pick_tag(c);
    finish(map_.change(s.range(), from, to), expect(s, all(s, from), to == free_tag && own(s)), s, to);
  }
  static std::optional<Error> expect(const Span& s, bool found, bool denied) {
    if (!s.pages) return Error::invalid_parameter;
    if (!found) return Error::not_found;
    if (denied) return Error::access_denied;
    return std::nullopt;
  }

  void allocate(fakes::Choices& c) {
    const u64 pages = c.one_in(64) ? 0 : 1 + c.below(c.one_in(4) ? 24 : 4);
    const Tag from = c.one_in(4) ? pick_tag(c) : free_tag, to = pick_tag(c);
    const Placement placement = c.one_in(2) ? Placement::top_down : Placement::bottom_up;
    Limits limits;
    if (c.one_in(3)) limits = {address(0) + c.below(page_count * page_bytes), address(0) + c.below(page_count * page_bytes)};
    const u64 alignment = c.one_in(3) ? page_bytes << c.below(6) : page_bytes;
    const std::optional<Span> place = search(pages, from, placement, limits, alignment);
    std::optional<Error> expected;
    if (!pages) expected = Error::invalid_parameter;
    else if (!place) expected = Error::out_of_resources;
    auto result = map_.allocate(pages, from, to, placement, limits, alignment);
    if (result) MODEL_CHECK(place && *result == place->range());
    finish(result ? Result<>() : Result<>(result.error()), expected, place.value_or(Span{0, 0}), to);
  }
  std::optional<Span> search(u64 pages, Tag from, Placement placement, Limits limits, u64 alignment) const {
    std::optional<Span> best;
    if (!pages) return best;
    for (u64 p = 0; p + pages <= page_count; ++p) {
      const Span s{p, pages};
      if (!address(p).aligned(alignment) || address(p) < limits.lowest || address(s.end()) > limits.highest) continue;
      if (!all(s, from) || own(s)) continue;
      best = s;
      if (placement == Placement::bottom_up) break;
    }
    return best;
  }

  bool node_page_available(const Span& avoid) const {
    for (u64 p = 0; p < page_count; ++p) {
      const bool avoided = p >= avoid.first && p < avoid.end();
      if (!avoided && pages_[p] == free_tag && address(p) >= node_limits_.lowest && address(p + 1) <= node_limits_.highest)
        return true;
    }
    return false;
  }

  void finish(Result<> got, std::optional<Error> expected, const Span& s, std::optional<Tag> now) {
    if (expected) {
      MODEL_CHECK(!got && got.error() == *expected);
    } else if (!got) {
      // Bookkeeping may be impossible; that is the only other reason.
      MODEL_CHECK(got.error() == Error::out_of_resources && !node_page_available(s));
    } else {
      for (u64 p = s.first; p < s.end(); ++p) {
        pages_[p] = now;
        if (!now) own_[p] = false;
      }
    }
    compare(static_cast<bool>(got), s);
  }

  // Pages that the map took for itself are the only difference allowed, and only in an operation that succeeded.
  void compare(bool may_grow, const Span& used) {
    u64 next = 0, regions = 0;
    const mem::Region* before = nullptr;
    for (const mem::Region* r = map_.first(); r; r = map_.next(*r), ++regions) {
      MODEL_CHECK(!r->range.empty());
      if (before)
        MODEL_CHECK(before->range.end() < r->range.start() || (before->range.end() == r->range.start() && before->tag != r->tag));
      before = r;
      const u64 first = (r->range.start().raw() - base_address) / page_bytes;
      for (; next < first; ++next) MODEL_CHECK(!pages_[next]);
      for (; next < first + r->range.pages(); ++next) compare_page(next, r->tag, may_grow, used);
    }
    for (; next < page_count; ++next) MODEL_CHECK(!pages_[next]);
    MODEL_CHECK(regions == map_.count());
    if (regions > most_) most_ = regions;
  }
  void compare_page(u64 page, Tag tag, bool may_grow, const Span& used) {
    MODEL_CHECK(page < page_count && pages_[page]);
    if (tag == *pages_[page]) return;
    MODEL_CHECK(may_grow && *pages_[page] == free_tag && tag == node_tag);
    MODEL_CHECK(page < used.first || page >= used.end());
    MODEL_CHECK(address(page) >= node_limits_.lowest && address(page + 1) <= node_limits_.highest);
    pages_[page] = tag;
    own_[page] = true;
    ++own_count_;
  }

  RegionMap map_;
  Limits node_limits_;
  std::optional<Tag> pages_[page_count];
  bool own_[page_count] = {};
  u64 own_count_ = 0, most_ = 0;
};

}  // namespace region_map_model

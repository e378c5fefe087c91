// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <compare>

#include "lib/base/types.hpp"

namespace base {

inline constexpr u64 page_bytes = 4096;

// A guest physical address. Arithmetic that could wrap is left to PageRange::make.
class Gpa {
 public:
  constexpr Gpa() = default;
  constexpr explicit Gpa(u64 raw) : raw_(raw) {}
  constexpr u64 raw() const { return raw_; }
  constexpr bool aligned(u64 power_of_two) const { return (raw_ & (power_of_two - 1)) == 0; }
  constexpr Gpa align_down(u64 power_of_two) const { return Gpa(raw_ & ~(power_of_two - 1)); }
  constexpr Gpa operator+(u64 bytes) const { return Gpa(raw_ + bytes); }
  constexpr Gpa operator-(u64 bytes) const { return Gpa(raw_ - bytes); }
  constexpr u64 operator-(Gpa other) const { return raw_ - other.raw_; }
  constexpr auto operator<=>(const Gpa&) const = default;

 private:
  u64 raw_ = 0;
};

// Half-open range [start, end) of whole 4 KiB pages. The end never wraps: the last page of the
// 64-bit space cannot be named, which no machine has.
class PageRange {
 public:
  constexpr PageRange() = default;
  // Both ends are rounded as a range of RAM must be: inwards.
  static constexpr PageRange inside(u64 start, u64 end) {
    const u64 first = (start + page_bytes - 1) & ~(page_bytes - 1);
    const u64 last = end & ~(page_bytes - 1);
    return first < start || last <= first ? PageRange() : PageRange(Gpa(first), (last - first) / page_bytes);
  }
  // The ends are rounded as a range that is in use must be: outwards.
  static constexpr PageRange covering(u64 start, u64 bytes) {
    const u64 first = start & ~(page_bytes - 1);
    return PageRange(Gpa(first), (start - first + bytes + page_bytes - 1) / page_bytes);
  }
  constexpr PageRange(Gpa start, u64 pages) : start_(start), pages_(pages) {}

  constexpr Gpa start() const { return start_; }
  constexpr Gpa end() const { return start_ + bytes(); }
  constexpr u64 pages() const { return pages_; }
  constexpr u64 bytes() const { return pages_ * page_bytes; }
  constexpr bool empty() const { return pages_ == 0; }
  constexpr bool contains(Gpa a) const { return a >= start() && a < end(); }
  constexpr bool contains(const PageRange& r) const { return r.start() >= start() && r.end() <= end(); }
  constexpr bool overlaps(const PageRange& r) const { return r.start() < end() && start() < r.end(); }
  constexpr PageRange intersect(const PageRange& r) const {
    const Gpa s = start() > r.start() ? start() : r.start();
    const Gpa e = end() < r.end() ? end() : r.end();
    return s < e ? PageRange(s, (e - s) / page_bytes) : PageRange();
  }
  constexpr bool operator==(const PageRange&) const = default;

 private:
  Gpa start_;
  u64 pages_ = 0;
};

constexpr u64 bytes_to_pages(u64 bytes) { return bytes / page_bytes + (bytes % page_bytes != 0); }
template <class T>
constexpr T align_up(T value, T power_of_two) {
  return (value + power_of_two - 1) & ~(power_of_two - 1);
}

static_assert(PageRange::inside(1, 0x2000) == PageRange(Gpa(0x1000), 1));
static_assert(PageRange::inside(0x1001, 0x1fff).empty());
static_assert(PageRange::inside(~0ull - 5, ~0ull).empty());
static_assert(PageRange::covering(0xfff, 2) == PageRange(Gpa(0), 2));

}  // namespace base

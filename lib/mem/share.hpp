// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"

namespace mem {

using namespace base;

// One of `parts` consecutive shares of a range, cut at multiples of `granule` only and as even as that allows.
constexpr PageRange share_of(PageRange whole, u64 part, u64 parts, u64 granule) {
  if (whole.empty()) return {};
  const u64 first = whole.start().raw() / granule, last = (whole.end().raw() + granule - 1) / granule;
  const auto cut = [&](u64 n) { return first + (last - first) / parts * n + (last - first) % parts * n / parts; };
  const u64 start = cut(part) * granule, end = cut(part + 1) * granule;
  return end == start ? PageRange() : whole.intersect(PageRange(Gpa(start), (end - start) / page_bytes));
}
static_assert(share_of(PageRange(Gpa(4_GiB), 1024), 1, 2, 2_MiB) == PageRange(Gpa(4_GiB + 2_MiB), 512));
static_assert(share_of(PageRange(Gpa(4_GiB), 1), 0, 2, 2_MiB).empty());

}  // namespace mem

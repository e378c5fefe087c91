// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdlib>
#include <set>

#include "lib/base/patience.hpp"
#include "lib/mem/shared_pages.hpp"

namespace fakes {

using namespace base;

// Pages for drivers, counted; the limit on their address is not kept.
inline std::set<u64> live_pages;
inline Result<PageRange> allocate_pages(u64 pages, Gpa) {
  void* block = std::aligned_alloc(page_bytes, pages * page_bytes);
  live_pages.insert(reinterpret_cast<u64>(block));
  return PageRange(Gpa(reinterpret_cast<u64>(block)), pages);
}
inline void release_pages(PageRange range) {
  if (live_pages.erase(range.start().raw()) != 1) std::abort();
  std::free(reinterpret_cast<void*>(range.start().raw()));
}
inline constexpr mem::PageSource dma_pages = {allocate_pages, release_pages, [](PageRange) { return Result<>(); },
                                              [](PageRange) { return Result<>(); }};

// Time passes as it is looked at.
inline u64 ticks = 0;
inline constexpr Patience patience = {[] { return ++ticks; }, 1000};

}  // namespace fakes

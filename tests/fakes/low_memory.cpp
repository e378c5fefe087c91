// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/low_memory.hpp"

#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

namespace fakes {

LowMemory::LowMemory() {
  static u8* const arena = [] {
    void* p = mmap(nullptr, total_pages * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (p == MAP_FAILED) std::abort();
    return static_cast<u8*>(p);
  }();
  arena_ = arena;
  ASAN_POISON_MEMORY_REGION(arena_, total_pages * page_bytes);
}
LowMemory::~LowMemory() { ASAN_UNPOISON_MEMORY_REGION(arena_, total_pages * page_bytes); }

// One poisoned page stays between two allocations.
Result<PageRange> LowMemory::allocate(u64 pages) {
  if (budget_ == 0 || pages == 0 || pages + 1 > total_pages - next_) return Error::out_of_resources;
  if (budget_ > 0) --budget_;
  u8* start = arena_ + next_ * page_bytes;
  next_ += pages + 1;
  ASAN_UNPOISON_MEMORY_REGION(start, pages * page_bytes);
  std::memset(start, 0xa5, pages * page_bytes < 65536 ? pages * page_bytes : 65536);
  live_[reinterpret_cast<u64>(start)] = pages;
  return PageRange(Gpa(reinterpret_cast<u64>(start)), pages);
}

void LowMemory::release(PageRange range) {
  const auto found = live_.find(range.start().raw());
  if (found == live_.end() || found->second != range.pages()) std::abort();
  ASAN_POISON_MEMORY_REGION(reinterpret_cast<void*>(range.start().raw()), range.bytes());
  live_.erase(found);
}

acpi::Allocator LowMemory::allocator() {
  return {this, [](void* context, u64 pages, acpi::Use) { return static_cast<LowMemory*>(context)->allocate(pages); },
          [](void* context, PageRange range) { static_cast<LowMemory*>(context)->release(range); }};
}

}  // namespace fakes

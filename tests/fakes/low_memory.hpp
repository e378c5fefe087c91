// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <map>

#include "lib/acpi/table_loader.hpp"
#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

namespace fakes {

using namespace base;

// Host memory below 4 GiB whose pages are poisoned unless they are allocated: address and pointer agree, as in the
// firmware, and 32-bit table pointers fit.
class LowMemory {
 public:
  static constexpr u64 total_pages = 4096;
  LowMemory();
  ~LowMemory();

  Result<PageRange> allocate(u64 pages);
  void release(PageRange range);
  acpi::Allocator allocator();

  u64 live() const { return live_.size(); }
  void fail_after(i64 allocations) { budget_ = allocations; }

 private:
  u8* arena_;
  u64 next_ = 0;
  i64 budget_ = -1;
  std::map<u64, u64> live_;
};

}  // namespace fakes

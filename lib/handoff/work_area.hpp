// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/platform.hpp"
#include "lib/handoff/layout.hpp"

namespace handoff {

using namespace base;

// What reset/ leaves for SEC.
struct WorkArea {
  cc::GuestType guest;
  u8 reserved[7];
  u64 reset_tsc;
  u64 private_mask;  // the C-bit; 0 in a plain guest
  u64 read_back;     // reset/'s test pattern
  u32 early_ends;    // how often reset/ has tried to terminate
};
static_assert(offsetof(WorkArea, guest) == layout::work_guest_type);
static_assert(offsetof(WorkArea, reset_tsc) == layout::work_reset_tsc);
static_assert(offsetof(WorkArea, private_mask) == layout::work_private_mask);
static_assert(offsetof(WorkArea, read_back) == layout::work_read_back);
static_assert(offsetof(WorkArea, early_ends) == layout::work_early_ends);

}  // namespace handoff

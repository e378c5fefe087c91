// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace base {

// How long a device may take before it is given up.
struct Patience {
  u64 (*now)();
  u64 limit;  // in units of now()
  // Sleeps so many microseconds, or about; false: nothing would wake us. None: nobody sleeps.
  bool (*rest)(u32 microseconds) = nullptr;
};

class Deadline {
 public:
  explicit Deadline(Patience patience) : patience_(patience), start_(patience.now()) {}
  bool passed() const { return patience_.now() - start_ > patience_.limit; }
  // Between two looks at a device: most answers come at once, so the first looks are hot; then it sleeps, longer each time.
  // False: the caller has to spin.
  bool rest(u32 hot_looks) {
    if (looks_ < hot_looks) return ++looks_, false;
    if (!patience_.rest || !patience_.rest(rest_)) return false;
    if (rest_ < longest_rest) rest_ *= 2;
    return true;
  }

 private:
  static constexpr u32 first_rest = 50, longest_rest = 1600;  // microseconds
  Patience patience_;
  u64 start_;
  u32 looks_ = 0, rest_ = first_rest;
};

}  // namespace base

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace base {

// How long a device may take before it is given up.
struct Patience {
  u64 (*now)();
  u64 limit;  // in units of now()
};

class Deadline {
 public:
  explicit Deadline(Patience patience) : patience_(patience), start_(patience.now()) {}
  bool passed() const { return patience_.now() - start_ > patience_.limit; }

 private:
  Patience patience_;
  u64 start_;
};

}  // namespace base

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/sev.hpp"

// The other side of VMGEXIT, PVALIDATE and RMPADJUST, for tests of lib/cc/sev. A test derives its host, honest or not.
namespace fakes {

using namespace base;

class SevHost {
 public:
  virtual ~SevHost() = default;
  // One VMGEXIT. `ghcb_msr` is the register as the guest left it, and what the guest will read next.
  virtual void vmgexit(u64& ghcb_msr) = 0;
  virtual arch::PvalidateResult pvalidate(u64, u32, bool) { return {1, false}; }
  virtual u32 rmpadjust(u64, u32, u64) { return 1; }
};

// Null: the instructions panic, as they would fault on a machine without them.
void attach_sev_host(SevHost* host);

}  // namespace fakes

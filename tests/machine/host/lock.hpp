// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/cpu.hpp"

namespace host {

using namespace base;

class Lock {
 public:
  // `idle` runs while another processor holds the lock. Returns the cycles of the wait.
  template <class Idle>
  u64 take(Idle idle) {
    if (!__atomic_exchange_n(&held_, 1, __ATOMIC_ACQUIRE)) return 0;
    const u64 start = arch::read_tsc();
    do {
      idle();
      arch::pause();
    } while (__atomic_exchange_n(&held_, 1, __ATOMIC_ACQUIRE));
    return arch::read_tsc() - start;
  }
  void release() { __atomic_store_n(&held_, 0, __ATOMIC_RELEASE); }

 private:
  u32 held_ = 0;
};

}  // namespace host

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/cpu.hpp"

namespace host {

using namespace base;

class Lock {
 public:
  // `idle` runs while another processor holds the lock.
  template <class Idle>
  void take(Idle idle) {
    while (__atomic_exchange_n(&held_, 1, __ATOMIC_ACQUIRE)) {
      idle();
      arch::pause();
    }
  }
  void release() { __atomic_store_n(&held_, 0, __ATOMIC_RELEASE); }

 private:
  u32 held_ = 0;
};

}  // namespace host

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/arch/cpu.hpp"

namespace cc::sev {

using namespace base;

// From the first write of a request into the GHCB or its shared buffer to the last read of the answer: an interrupt handler
// uses the same page. Nothing of ours traps in between, so a #VC cannot come either.
class InterruptsOff {
 public:
  InterruptsOff() : were_on_(arch::read_rflags() & arch::rflags_interrupt) {
    if (were_on_) arch::disable_interrupts();
  }
  ~InterruptsOff() {
    if (were_on_) arch::enable_interrupts();
  }

 private:
  bool were_on_;
};

}  // namespace cc::sev

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/boot_services.hpp"

namespace core {

// Task priority levels [uefi §7.1]. Raising to high_level masks interrupts; restoring runs the notifications
// that became due above the new level.
efi::Tpl current_tpl();
efi::Tpl raise_tpl(efi::Tpl level);
void restore_tpl(efi::Tpl level);

// Runs at the given level while it lives; on a higher level already, it changes nothing.
class TplGuard {
 public:
  explicit TplGuard(efi::Tpl level) : old_(current_tpl()) {
    if (level > old_) raise_tpl(level);
  }
  ~TplGuard() {
    if (current_tpl() != old_) restore_tpl(old_);
  }
  TplGuard(const TplGuard&) = delete;
  TplGuard& operator=(const TplGuard&) = delete;

 private:
  efi::Tpl old_;
};

// For the interrupt handler: raises to high_level, runs `work`, then the due notifications above the interrupted
// level. Interrupts are enabled only while a notification runs, so nesting is bounded by the number of levels.
void run_in_interrupt(void (*work)());

}  // namespace core

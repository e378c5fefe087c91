// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/tpl.hpp"

#include "dxe/core/event.hpp"
#include "lib/arch/cpu.hpp"

namespace core {
namespace {

// Until the clock runs, nothing may interrupt.
constinit efi::Tpl level = efi::tpl_high_level;

void run(Event& event, efi::Tpl at) {
  level = at;
  if (at < efi::tpl_high_level) arch::enable_interrupts();
  event.notify(static_cast<efi::Event>(&event), event.context);
  arch::disable_interrupts();
}

// Interrupts are off on entry and on return.
void run_notifications(efi::Tpl above) {
  Event* event;
  while (next_notification(above, event)) run(*event, event->tpl);
  level = above;
}

}  // namespace

efi::Tpl current_tpl() { return level; }

efi::Tpl raise_tpl(efi::Tpl to) {
  const efi::Tpl old = level;
  ASSERT(to >= old && to <= efi::tpl_high_level);
  if (to == efi::tpl_high_level) arch::disable_interrupts();
  level = to;
  return old;
}

void restore_tpl(efi::Tpl to) {
  ASSERT(to <= level);
  arch::disable_interrupts();
  run_notifications(to);
  if (to < efi::tpl_high_level) arch::enable_interrupts();
}

void run_in_interrupt(void (*work)()) {
  const efi::Tpl interrupted = level;
  level = efi::tpl_high_level;
  work();
  run_notifications(interrupted);
}

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/arch/marker.hpp"
#include "lib/cc/platform.hpp"
#include "lib/handoff/sec_to_pei.hpp"
#include "lib/interrupt/crash.hpp"
#include "lib/interrupt/interrupt.hpp"
#include "lib/log/log.hpp"

extern "C" {
extern base::u8 sec_bss_begin[], sec_bss_end[], sec_end[];
base::u64 __stack_chk_guard = 0;
}

// Entered by reset/ in long mode with the early page tables, on SEC's stack. RDI: the work area.
extern "C" [[noreturn, gnu::section(".text.entry"), gnu::no_stack_protector]] void sec_entry(const handoff::WorkArea* work) {
  arch::phase_marker<1>();
  __builtin_memset(sec_bss_begin, 0, static_cast<base::usize>(sec_bss_end - sec_bss_begin));
  __stack_chk_guard = arch::read_tsc() * 0x9e37'79b9'7f4a'7c15;
  crash::add_image("sec", layout::sec_image, layout::sec_image_bytes);
  crash::set_stack(layout::sec_stack, layout::sec_stack_top);
  interrupt::init(false);
  cc::init(work->guest);
  log::init();
  log::info("Ashlar SEC: ", cc::guest_name(), " guest");
  handoff::pei_entry(*work);
}

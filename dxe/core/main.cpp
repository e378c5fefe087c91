// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/arch/marker.hpp"
#include "lib/cc/platform.hpp"
#include "lib/handoff/pei_to_dxe.hpp"
#include "lib/log/log.hpp"
base::u64 __stack_chk_guard;
extern "C" [[noreturn, gnu::section(".text.entry"), gnu::no_stack_protector]] void dxe_entry(const handoff::PeiToDxe* from_pei) {
  arch::phase_marker<3>();
  log::init();
  log::info("hello from DXE, regions ", from_pei->region_count);
  arch::stop();
}

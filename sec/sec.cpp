// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/arch/marker.hpp"
#include "lib/cc/platform.hpp"
#include "lib/handoff/sec_to_pei.hpp"
#include "lib/interrupt/crash.hpp"
#include "lib/interrupt/interrupt.hpp"
#include "lib/log/log.hpp"
#include "lib/log/ring.hpp"
#include "lib/mem/page_tables.hpp"

extern "C" {
extern base::u8 sec_bss_begin[], sec_bss_end[], sec_end[];
base::u64 __stack_chk_guard = 0;
}

namespace sec {
namespace {

using namespace base;

constexpr u8 vmm_communication = 29;  // #VC

void on_vmm_communication(arch::InterruptFrame& frame) {
  if (!cc::handle_exception(frame)) crash::report(frame);
}

// The GHCB's page out of the early tables' large private one.
void map_shared(Gpa page) {
  mem::PageTables tables;
  tables.adopt([](Gpa address) { return reinterpret_cast<void*>(address.raw()); }, {false, false, cc::private_mask()},
               Gpa(layout::early_page_tables), PageRange(Gpa(layout::early_table_pool), layout::early_table_pool_bytes / page_bytes));
  if (!tables.map(PageRange(page, 1), mem::Protection::read_write, mem::Caching::shared)) cc::terminate(cc::Reason::panic);
  arch::write_cr3(layout::early_page_tables);
}

}  // namespace
}  // namespace sec

// Entered by reset/ in long mode with the early page tables, on SEC's stack. RDI: the work area.
extern "C" [[noreturn, gnu::section(".text.entry"), gnu::no_stack_protector]] void sec_entry(const handoff::WorkArea* work) {
  arch::phase_marker<1>();
  __builtin_memset(sec_bss_begin, 0, static_cast<base::usize>(sec_bss_end - sec_bss_begin));
  __stack_chk_guard = arch::read_tsc() * 0x9e37'79b9'7f4a'7c15;
  crash::add_image("sec", layout::sec_image, layout::sec_image_bytes);
  crash::set_stack(layout::sec_stack, layout::sec_stack_top);
  cc::Guest found;
  found.type = work->guest;
  cc::init(found);  // an exception from here on ends in the way of that guest
  interrupt::init(false);
  const cc::Guest guest = cc::bring_up(work->guest, work->private_mask, sec::map_shared);
  interrupt::set_handler(sec::vmm_communication, sec::on_vmm_communication);
  auto* ring = reinterpret_cast<log::Ring*>(layout::log_ring);
  ring->start();
  log::init(ring);
  log::info("Ashlar SEC: ", cc::guest_name(), " guest");
  handoff::pei_entry(*work, guest);
}

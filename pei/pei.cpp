// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <new>

#include "lib/arch/cpu.hpp"
#include "lib/arch/marker.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/handoff/sec_to_pei.hpp"
#include "lib/log/log.hpp"
#include "lib/mem/ledger.hpp"
#include "pei/dxe_loader.hpp"
#include "pei/mtrr.hpp"
#include "pei/ram.hpp"

namespace pei {
namespace {

using namespace base;

constexpr mem::Tag tag(efi::MemoryType type) { return {static_cast<u32>(type), 0}; }
void* identity(Gpa address) { return reinterpret_cast<void*>(address.raw()); }

// Secrets, CPUID table and hashes are read by the operating system too [facts §10].
void keep_pages_of_the_launch(mem::RegionMap& map) {
  if (!cc::launch_pages().secrets_and_cpuid && !cc::launch_pages().kernel_hashes) return;
  const PageRange pages(Gpa(layout::secrets_page), (layout::sec_ram_high - layout::secrets_page) / page_bytes);
  if (!map.set(pages, tag(efi::MemoryType::reserved))) cc::terminate(cc::Reason::page_ledger);
}

// RAM below 4 GiB becomes usable. What lies above is accepted by DXE, which can map it.
void accept_low_ram(mem::RegionMap& map) {
  mem::Ledger ledger(map, tag(efi::MemoryType::unaccepted_memory));
  const PageRange sec_ram(Gpa(layout::sec_ram_base), layout::sec_ram_bytes / page_bytes);
  if (!ledger.note_launched(sec_ram, tag(efi::MemoryType::boot_services_data))) cc::terminate(cc::Reason::no_memory);
  for (const mem::Region* r = map.first(); r; r = map.next(*r)) {
    const PageRange low = r->range.intersect(PageRange(Gpa(0), 4_GiB / page_bytes));
    if (!low.empty() && !ledger.accept(low, tag(efi::MemoryType::conventional))) cc::terminate(cc::Reason::page_ledger);
    // The region may have been merged into its neighbour.
    r = map.find(low.empty() ? r->range.start() : low.start());
  }
  keep_pages_of_the_launch(map);
  if (!map.set(PageRange(Gpa(layout::log_ring), 1), tag(efi::MemoryType::reserved))) cc::terminate(cc::Reason::page_ledger);
  // Page 0 is not mapped, so that a null pointer faults; the operating system gets it back.
  if (!map.set(PageRange(Gpa(0), 1), tag(efi::MemoryType::boot_services_data))) log::debug("PEI: no RAM at 0");
}

Gpa end_of_low_ram(mem::RegionMap& map) {
  Gpa end;
  for (const mem::Region* r = map.first(); r && r->range.start().raw() < 4_GiB; r = map.next(*r)) end = r->range.end();
  return end;
}

void list_regions(mem::RegionMap& map, handoff::PeiToDxe& to_dxe) {
  for (const mem::Region* r = map.first(); r; r = map.next(*r)) {
    if (to_dxe.region_count == handoff::PeiToDxe::max_regions) {
      log::warning("PEI: too many memory regions, RAM from ", log::hex(r->range.start()), " is left out");
      return;
    }
    to_dxe.regions[to_dxe.region_count++] = {r->range, static_cast<efi::MemoryType>(r->tag.type)};
  }
}

constinit mem::RegionMap ram;

}  // namespace
}  // namespace pei

void handoff::pei_entry(const WorkArea& work, const cc::Guest& guest) {
  using namespace pei;
  arch::phase_marker<2>();
  const base::u64 pei_stamp = arch::read_tsc();
  if (!fw_cfg::init()) cc::terminate(cc::Reason::no_fw_cfg);

  ram.init(identity, tag(efi::MemoryType::conventional), tag(efi::MemoryType::boot_services_data), {Gpa(1_MiB), Gpa(4_GiB)});
  const PageRange device_space = find_ram(ram);
  accept_low_ram(ram);
  auto page = ram.allocate(2, tag(efi::MemoryType::conventional), tag(efi::MemoryType::boot_services_data), mem::Placement::top_down,
                           {Gpa(1_MiB), Gpa(4_GiB)});
  if (!page) cc::terminate(cc::Reason::no_memory);
  auto& to_dxe = *new (identity(page->start())) handoff::PeiToDxe{};
  to_dxe.magic = handoff::PeiToDxe::magic_value;
  to_dxe.guest = guest;
  to_dxe.device_space = device_space;
  to_dxe.low_ram_end = end_of_low_ram(ram);

  DxeLoader loader(ram);
  loader.prepare(to_dxe);
  set_memory_types(to_dxe.low_ram_end, to_dxe.physical_address_bits);
  loader.build_page_tables(to_dxe);
  list_regions(ram, to_dxe);
  to_dxe.stamps = {work.reset_tsc, pei_stamp, arch::read_tsc()};
  loader.start(to_dxe);
}

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "pei/dxe_loader.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/arch/jump.hpp"
#include "lib/log/log.hpp"
#include "lib/mem/page_tables.hpp"
#include "lib/module/image_header.hpp"

extern "C" base::u8 sec_text_end[];  // linker/sec.ld

namespace pei {
namespace {

using namespace base;
using mem::Caching, mem::Protection;

constexpr u64 stack_pages = 32;       // 128 KiB at least [uefi §2.3.4]
constexpr u64 spare_table_pages = 48;  // splits for images, guards and MMIO; DXE adds more when they are used up

// IOAPIC, HPET, TPM, local APIC; the flash lies at its end.
constexpr PageRange chipset_mmio{Gpa(0xfe00'0000), 0x2000};

constexpr u32 cpuid_giant_pages = 1 << 26, cpuid_no_execute = 1 << 20;
constexpr u32 msr_efer = 0xc000'0080;
constexpr u64 efer_no_execute = 1 << 11;

mem::Tag tag(efi::MemoryType type) { return {static_cast<u32>(type), 0}; }
void* identity(Gpa address) { return reinterpret_cast<void*>(address.raw()); }

const module::ImageHeader& image_header() {
  const auto& header = *reinterpret_cast<const module::ImageHeader*>(layout::image_header);
  if (header.magic != module::ImageHeader::magic_value) cc::terminate(cc::Reason::damaged_image);
  return header;
}

// The image enforces what each segment is for; RAM is data. Order matters: later calls refine earlier ones.
// RAM above 4 GiB and the PCI windows are mapped by DXE when they are used: their size must not cost time.
Result<> map_everything(mem::PageTables& tables, const handoff::PeiToDxe& to_dxe, const module::Header& header, mem::RegionMap& map) {
  for (const mem::Region* r = map.first(); r && r->range.start().raw() < 4_GiB;) {
    PageRange run = r->range;
    while ((r = map.next(*r)) && r->range.start() == run.end()) run = PageRange(run.start(), run.pages() + r->range.pages());
    TRY(tables.map(run, Protection::read_write, Caching::write_back));
  }
  TRY(tables.map(chipset_mmio, Protection::read_write, Caching::uncached));
  TRY(tables.map(to_dxe.image, Protection::read_only, Caching::write_back));
  TRY(tables.map(PageRange(Gpa(0), 1), Protection::none, Caching::write_back));
  TRY(tables.map(PageRange(to_dxe.stack.start() - page_bytes, 1), Protection::none, Caching::write_back));
  if (to_dxe.guest.ghcb.raw()) TRY(tables.map(PageRange(to_dxe.guest.ghcb, 1), Protection::read_write, Caching::shared));
  // This code leaves for DXE with the new tables already loaded; DXE takes the right away.
  TRY(tables.map(PageRange::covering(layout::sec_image, reinterpret_cast<u64>(sec_text_end) - layout::sec_image),
                 Protection::read_execute, Caching::write_back));
  for (unsigned i = 0; i < header.segment_count; ++i) {
    const module::Segment& s = header.segments[i];
    const Protection protection = s.flags & module::segment_execute ? Protection::read_execute
                                  : s.flags & module::segment_write ? Protection::read_write
                                                                    : Protection::read_only;
    TRY(tables.map(PageRange::covering(to_dxe.dxe_image.start().raw() + s.memory_offset, s.memory_bytes), protection, Caching::write_back));
  }
  return {};
}

}  // namespace

base::PageRange DxeLoader::allocate(base::u64 pages, efi::MemoryType type) {
  auto range = map_.allocate(pages, tag(efi::MemoryType::conventional), tag(type), mem::Placement::top_down, {Gpa(1_MiB), Gpa(4_GiB)});
  if (!range) cc::terminate(cc::Reason::no_memory);
  return *range;
}

void DxeLoader::prepare(handoff::PeiToDxe& to_dxe) {
  const module::ImageHeader& image = image_header();
  to_dxe.image = PageRange(Gpa(layout::image_end - image.image_bytes), image.image_bytes / page_bytes);
  auto header = module::check({reinterpret_cast<const u8*>(u64{image.dxe_address}), image.dxe_bytes});
  if (!header) cc::terminate(cc::Reason::damaged_image);
  header_ = *header;

  const arch::CpuidResult extended = cc::cpuid(0x8000'0001, 0);
  to_dxe.giant_pages = extended.edx & cpuid_giant_pages;
  to_dxe.no_execute = extended.edx & cpuid_no_execute;
  to_dxe.physical_address_bits = cc::cpuid(0x8000'0000, 0).eax >= 0x8000'0008 ? static_cast<u8>(cc::cpuid(0x8000'0008, 0).eax) : 36;

  to_dxe.dxe_image = allocate(header_->memory_pages, efi::MemoryType::boot_services_code);
  const PageRange stack = allocate(stack_pages + 1, efi::MemoryType::boot_services_data);
  to_dxe.stack = PageRange(stack.start() + page_bytes, stack_pages);
  auto entry = module::load(*header_, to_dxe.dxe_image.start());
  if (!entry) cc::terminate(cc::Reason::damaged_image);
  entry_ = *entry;
  log::info("PEI: DXE at ", log::hex(to_dxe.dxe_image.start()), ", ", to_dxe.dxe_image.pages(), " pages");
}

void DxeLoader::build_page_tables(handoff::PeiToDxe& to_dxe) {
  const u64 wanted = spare_table_pages + mem::tables_needed(4_GiB, to_dxe.giant_pages);

  mem::PageTables tables;
  tables.init(identity, {to_dxe.giant_pages, to_dxe.no_execute, cc::private_mask()}, allocate(wanted, efi::MemoryType::boot_services_data));
  if (!map_everything(tables, to_dxe, *header_, map_)) cc::terminate(cc::Reason::no_memory);
  to_dxe.page_table_root = tables.root();
  to_dxe.page_table_pool = tables.pool();
}

void DxeLoader::start(const handoff::PeiToDxe& to_dxe) {
  if (to_dxe.no_execute) arch::write_msr(msr_efer, arch::read_msr(msr_efer) | efer_no_execute);
  arch::switch_world(to_dxe.page_table_root.raw(), to_dxe.stack.end().raw(), entry_, reinterpret_cast<u64>(&to_dxe));
}

}  // namespace pei

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/boot.hpp"
#include "dxe/core/acceptance.hpp"
#include "dxe/core/boot_record.hpp"
#include "dxe/core/clock.hpp"
#include "dxe/core/image.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/runtime_loader.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/sharing.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/console/console.hpp"
#include "dxe/drivers/decompress.hpp"
#include "dxe/drivers/device_path_protocols.hpp"
#include "dxe/drivers/driver.hpp"
#include "dxe/drivers/memory_attribute.hpp"
#include "dxe/drivers/pci_protocols.hpp"
#include "dxe/drivers/platform.hpp"
#include "dxe/drivers/processors.hpp"
#include "dxe/drivers/rng.hpp"
#include "dxe/drivers/tables.hpp"
#include "dxe/drivers/virtio_rng.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/arch/marker.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/interrupt/crash.hpp"
#include "lib/interrupt/interrupt.hpp"
#include "lib/log/log.hpp"
#include "lib/log/ring.hpp"

base::u64 __stack_chk_guard = 0;

namespace core {
namespace {

constexpr u64 fw_cfg_bounce_pages = 64;

alignas(16) constinit u8 exception_stack[8192] = {};

void take_over(const handoff::PeiToDxe& from_pei) {
  if (from_pei.magic != handoff::PeiToDxe::magic_value) cc::terminate(cc::Reason::damaged_image);
  cc::init(from_pei.guest);
  crash::add_image("dxe", from_pei.dxe_image.start().raw(), from_pei.dxe_image.bytes());
  crash::set_stack(from_pei.stack.start().raw(), from_pei.stack.end().raw());
  interrupt::load_descriptors(reinterpret_cast<u64>(exception_stack + sizeof exception_stack));
  interrupt::init(true);
  interrupt::set_handler(29, [](arch::InterruptFrame& frame) {
    if (!cc::handle_exception(frame)) crash::report(frame);
  });
  log::init(reinterpret_cast<log::Ring*>(layout::log_ring));
  log::info("Ashlar DXE at ", log::hex(from_pei.dxe_image.start()));
}

// From SEC's page to one in memory that the operating system leaves alone: until it has its own, a #VC of its early
// code still comes here.
void move_ghcb(const cc::Guest& guest) {
  if (!cc::needs_ghcb()) return;
  auto page = allocate_pages(efi::AllocateType::max_address, efi::MemoryType::reserved, 1, Gpa(4_GiB - 1));
  if (!page || !share_pages(PageRange(*page, 1))) cc::terminate(cc::Reason::no_memory);
  cc::switch_ghcb(*page);
  note_shared(PageRange(guest.ghcb, 1));
  if (!unshare_pages(PageRange(guest.ghcb, 1))) cc::terminate(cc::Reason::page_ledger);
}

void open_fw_cfg() {
  std::span<u8> bounce;
  if (cc::devices_need_shared_memory()) {
    auto pages = allocate_pages(efi::AllocateType::max_address, efi::MemoryType::boot_services_data, fw_cfg_bounce_pages, Gpa(4_GiB - 1));
    if (!pages || !share_pages(PageRange(*pages, fw_cfg_bounce_pages))) cc::terminate(cc::Reason::no_memory);
    bounce = {reinterpret_cast<u8*>((*pages).raw()), fw_cfg_bounce_pages * page_bytes};
  }
  if (!fw_cfg::init(bounce)) cc::terminate(cc::Reason::no_fw_cfg);
}

}  // namespace
}  // namespace core

// Entered by PEI on DXE's stack and page tables.
extern "C" [[noreturn, gnu::section(".text.entry"), gnu::no_stack_protector]] void dxe_entry(const handoff::PeiToDxe* from_pei) {
  using namespace core;
  arch::phase_marker<3>();
  __stack_chk_guard = arch::read_tsc() * 0x9e37'79b9'7f4a'7c15;
  take_over(*from_pei);
  init_memory(*from_pei);
  move_ghcb(from_pei->guest);
  open_fw_cfg();
  init_acceptance();
  init_boot_record(from_pei->stamps);
  efi::SystemTable& table = init_system_table();
  fill_boot_services(*table.boot_services);
  init_images(table, from_pei->dxe_image);
  const drivers::PowerPorts ports = drivers::init_chipset(*from_pei);
  load_runtime({ports.pm1a_control, ports.sleep_type_s5}, from_pei->image.start());
  drivers::choose_apic_mode();
  init_clock(ports.pm_timer);
  restore_tpl(efi::tpl_application);
  drivers::begin_processors();
  drivers::init_console(table);
  seal_system_table();
  arch::phase_marker<4>();

  drivers::install_tables();
  announce_memory_attributes();
  install_runtime_properties();
  drivers::install_memory_attribute();
  drivers::install_device_path_protocols();
  drivers::install_decompress();
  drivers::install_pci_protocols();
  drivers::install_drivers();
  drivers::install_rng(drivers::start_virtio_rng());
  drivers::finish_processors();
  arch::phase_marker<5>();

  boot::run();
}

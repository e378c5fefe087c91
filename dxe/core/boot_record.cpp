// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/boot_record.hpp"

#include "dxe/core/clock.hpp"
#include "dxe/core/memory.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"

namespace core {
namespace {

constinit handoff::TimeStamps stamps{};
constinit u64 load_image = 0, start_image = 0, exit_entry = 0, exit_exit = 0;  // time stamp counter; 0: not yet
constinit acpi::BootPerformance* table = nullptr;

u64 nanoseconds(u64 stamp) {
  const u64 rate = tsc_per_microsecond();
  return stamp && rate ? (stamp - stamps.reset) * 1000 / rate : 0;
}

// The rate of the counter is known the better the later one asks, so every time is computed anew.
void update() {
  if (!table) return;
  table->times = {nanoseconds(stamps.pei), nanoseconds(load_image), nanoseconds(start_image), nanoseconds(exit_entry), nanoseconds(exit_exit)};
}

}  // namespace

void init_boot_record(const handoff::TimeStamps& from_pei) { stamps = from_pei; }

Result<acpi::BootPerformance*> boot_performance() {
  // Reserved memory by the letter [acpi §5.2.24.4]; but an encrypted Linux maps what is reserved as shared, and what is NVS
  // as private [linux arch/x86/mm/ioremap.c, __ioremap_check_encrypted].
  const auto type = cc::private_mask() ? efi::MemoryType::acpi_nvs : efi::MemoryType::reserved;
  const Gpa page = TRY(allocate_pages(efi::AllocateType::any_pages, type, 1, Gpa(0)));
  table = TRY(acpi::make_boot_performance({reinterpret_cast<u8*>(page.raw()), page_bytes}));
  update();
  return table;
}

void note_load_image_start() { load_image = arch::read_tsc(); }
void note_start_image_start() {
  start_image = arch::read_tsc();
  update();
}
void note_exit_boot_services_entry() { exit_entry = arch::read_tsc(); }
void note_exit_boot_services_exit() {
  exit_exit = arch::read_tsc();
  update();
}

void log_timeline() {
  log::info("timeline (us since reset): pei ", nanoseconds(stamps.pei) / 1000, ", dxe ", nanoseconds(stamps.dxe) / 1000, ", load image ",
            nanoseconds(load_image) / 1000, ", start image ", nanoseconds(arch::read_tsc()) / 1000);
}

}  // namespace core

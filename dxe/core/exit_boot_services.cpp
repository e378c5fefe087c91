// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/acceptance.hpp"
#include "dxe/core/boot_record.hpp"
#include "dxe/core/clock.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/image.hpp"
#include "dxe/core/mapping.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/runtime_loader.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/sharing.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/log/log.hpp"

namespace core {
namespace {

constexpr unsigned max_steps = 16;
constinit void (*steps[max_steps])() = {};
constinit unsigned step_count = 0;
constinit bool before_signalled = false;

constinit efi::Event watchdog = nullptr;
constinit u64 watchdog_code = 0;

void EFIAPI watchdog_expired(efi::Event, void*) {
  log::error("watchdog: no boot within the time that was set (code ", watchdog_code, "); resetting");
  system_table().runtime_services->reset_system(efi::ResetType::cold, efi::Status::timeout, 0, nullptr);
}

}  // namespace

void at_exit_boot_services(void (*step)()) {
  ASSERT(step_count < max_steps);
  steps[step_count++] = step;
}

Result<> set_watchdog(u64 seconds, u64 code, u64 data_size, char16_t* data) {
  if (data_size && !data) return Error::invalid_parameter;
  if (!watchdog) TRY(create_event(efi::event_type::timer | efi::event_type::notify_signal, efi::tpl_notify, watchdog_expired, nullptr, &watchdog));
  watchdog_code = code;
  return set_timer(watchdog, seconds ? efi::TimerDelay::relative : efi::TimerDelay::cancel, seconds * 10'000'000);
}

Result<> exit_boot_services(efi::Handle image, u64 map_key) {
  bool known = false;
  for (Image& i : all_images()) known |= i.handle == image;
  if (!known) return Error::invalid_parameter;
  // Once per boot, before the key is looked at: its handlers may still allocate [uefi §7.4.6].
  if (!before_signalled) {
    before_signalled = true;
    signal_group(efi::event_group::before_exit_boot_services);
    settle_acceptance();
  }
  if (map_key != memory_map_key()) return Error::invalid_parameter;
  note_exit_boot_services_entry();
  if (watchdog) (void)!set_timer(watchdog, efi::TimerDelay::cancel, 0);
  signal_group(efi::event_group::exit_boot_services);

  // Nothing below allocates: the caller's memory map is final.
  raise_tpl(efi::tpl_high_level);
  stop_clock();
  while (step_count) steps[--step_count]();
  unshare_everything();
  hand_over_to_runtime();
  efi::SystemTable& table = system_table();
  table.boot_services = nullptr;
  table.con_in = nullptr;
  table.con_out = table.std_err = nullptr;
  table.console_in_handle = table.console_out_handle = table.standard_error_handle = nullptr;
  seal_system_table();
  relax_page_tables();
  note_exit_boot_services_exit();
  return {};
}

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/boot.hpp"

#include "dxe/boot/kernel.hpp"
#include "dxe/boot/variables.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/services.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/log/log.hpp"

namespace boot {
namespace {

using namespace base;

// `-boot reboot-timeout=`, in milliseconds; -1: wait for ever [qemu hw/nvram/fw_cfg.c].
std::int32_t reboot_timeout() {
  auto file = fw_cfg::find("etc/boot-fail-wait");
  return file && (*file).size >= sizeof(u32) ? static_cast<std::int32_t>(fw_cfg::read_u32((*file).key)) : -1;
}

[[noreturn]] void reset() {
  core::system_table().runtime_services->reset_system(efi::ResetType::cold, efi::Status::success, 0, nullptr);
  panic("ResetSystem returned");
}

[[noreturn]] void give_up() {
  efi::SystemTable& table = core::system_table();
  efi::Event events[2] = {table.con_in->wait_for_key, nullptr};
  u64 count = 1;
  if (const auto timeout = reboot_timeout();
      timeout >= 0 && core::create_event(efi::event_type::timer, 0, nullptr, nullptr, &events[1]) &&
      core::set_timer(events[1], efi::TimerDelay::relative, u64{static_cast<u32>(timeout)} * 10'000))
    count = 2;
  // What was typed before the invitation does not answer it.
  (void)table.con_in->reset(table.con_in, false);
  log::error("nothing to boot; press a key to reset");
  u64 index = 0;
  (void)!core::wait_for_event(count, events, &index);
  reset();
}

}  // namespace

void run() {
  set_global_variables();
  core::signal_group(efi::event_group::ready_to_boot);
  if (boot_kernel() == efi::Status::not_found) log::error("no -kernel was given, and booting from disks is not supported yet");
  give_up();
}

}  // namespace boot

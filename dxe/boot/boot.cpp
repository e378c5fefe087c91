// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/boot.hpp"

#include "dxe/boot/attempt.hpp"
#include "dxe/boot/kernel.hpp"
#include "dxe/boot/manager.hpp"
#include "dxe/boot/menu.hpp"
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

// What was typed before the invitation does not answer it.
[[noreturn]] void give_up() {
  const auto timeout = reboot_timeout();
  for (;;) {
    explain();
    drop_keys();
    print_line(Text("nothing to boot; press a key to reset, Esc for the menu"));
    log::info("nothing to boot");
    const auto key = wait_key(timeout >= 0 ? u64{static_cast<u32>(timeout)} : no_timeout);
    if (!key || key.value_or({}).scan_code != efi::scan::escape) reset();
    run_menu(boot_options());
  }
}

}  // namespace

void run() {
  set_global_variables();
  core::signal_group(efi::event_group::ready_to_boot);
  (void)boot_kernel();
  run_manager();
  give_up();
}

}  // namespace boot

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/boot.hpp"

#include "dxe/boot/attempt.hpp"
#include "dxe/boot/kernel.hpp"
#include "dxe/boot/kernel_blobs.hpp"
#include "dxe/boot/manager.hpp"
#include "dxe/boot/menu.hpp"
#include "dxe/boot/reset.hpp"
#include "dxe/boot/variables.hpp"
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

// What was typed before the invitation does not answer it.
[[noreturn]] void give_up(bool menu) {
  const auto timeout = reboot_timeout();
  for (;;) {
    if (menu) explain();
    drop_keys();
    print_line(Text("nothing to boot; press a key to reset", menu ? ", Esc for the menu" : ""));
    log::info("nothing to boot");
    const auto key = wait_key(timeout >= 0 ? u64{static_cast<u32>(timeout)} : no_timeout);
    if (!menu || !key || key.value_or({}).scan_code != efi::scan::escape) leave(efi::ResetType::cold);
    run_menu(boot_options());
  }
}

}  // namespace

void run() {
  set_global_variables();
  (void)boot_kernel();
  // A launch that measured a kernel vouches for nothing else: a host that leaves the kernel out may not put a disk in its place.
  if (blobs_are_verified()) give_up(false);
  run_manager();
  give_up(true);
}

}  // namespace boot

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/menu.hpp"

#include "dxe/boot/attempt.hpp"
#include "dxe/boot/choice.hpp"
#include "dxe/boot/device.hpp"
#include "dxe/boot/file_list.hpp"
#include "dxe/boot/global_variable.hpp"
#include "dxe/boot/reset.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/drivers/console/console.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"

namespace boot {
namespace {

constexpr u16 forever = 0xffff;  // Timeout: wait for the user [uefi §3.1.2]
constexpr u16 default_menu_seconds = 3;

bool opens_menu(efi::InputKey key) {
  return key.scan_code == efi::scan::escape || key.scan_code == efi::scan::f1 + 1 || key.scan_code == efi::scan::f12;
}

// `-boot menu=on` overrules the variable, as with OVMF, and is written to it.
u16 timeout_seconds() {
  const auto timeout = read_global_or<u16>(efi::variable_name::timeout, 0);
  if (fw_cfg::read_u16(fw_cfg::Key::boot_menu) == 0) return timeout;
  const auto file = fw_cfg::find("etc/boot-menu-wait");
  const fw_cfg::File found = file.value_or({});
  const u16 asked = file && found.size == sizeof(u16) ? static_cast<u16>((fw_cfg::read_u16(found.key) + 999u) / 1000)
                    : timeout                         ? timeout
                                                      : default_menu_seconds;
  write_global(efi::variable_name::timeout, attributes::kept, asked);
  return asked;
}

struct FileChoice {
  FileList files;
  Choice choice;
};

void show_files() {
  connect_disks();
  auto made = core::make<FileChoice>();
  if (!made) return;
  auto& [files, choice] = **made;
  choice.begin("Boot a file");
  find_loaders(files);
  for (unsigned i = 0; i < files.count; ++i) choice.add(files.names[i]);
  auto chosen = choice.run();
  clear_screen();
  if (chosen) try_path(files.names[*chosen], files.paths[*chosen].get());
  core::destroy(**made);
}

void start_entry(Options& options, usize index) {
  for (Option& o : options.list()) {
    if (o.firmware_file()) continue;
    if (index-- > 0) continue;
    clear_screen();
    return try_option(o);
  }
}

// False: the boot goes on.
bool run_once(Options& options) {
  auto made = core::make<Choice>();
  if (!made) return false;
  Choice& choice = **made;
  choice.begin("Ashlar boot menu");
  usize entries = 0;
  for (Option& o : options.list()) {
    if (o.firmware_file()) continue;
    ++entries;
    choice.add(Text("", o.load.description));
  }
  for (const char* line : {"Boot a file...", "Go on", "Reset", "Power off"}) choice.add(Text(line));
  auto chosen = choice.run();
  core::destroy(choice);
  clear_screen();
  if (!chosen || *chosen == entries + 1) return false;
  if (*chosen < entries)
    start_entry(options, *chosen);
  else if (*chosen == entries)
    show_files();
  else
    leave(*chosen == entries + 2 ? efi::ResetType::cold : efi::ResetType::shutdown);
  return true;
}

}  // namespace

bool key_asks_for_menu() {
  const u16 seconds = timeout_seconds();
  if (seconds == 0) return false;
  drivers::start_keyboards();
  print_line(Text("Esc, F2 or F12: boot menu"));
  if (seconds == forever) return true;
  // Another key starts the boot at once.
  const auto key = wait_key(u64{seconds} * 1000);
  return key && opens_menu(key.value_or({}));
}

void run_menu(Options& options) {
  connect_disks();
  (void)refresh_entries(options);
  while (run_once(options)) {
    explain_last();
    drop_keys();
    print_line(Text("press a key for the menu"));
    (void)!wait_key();
  }
}

}  // namespace boot

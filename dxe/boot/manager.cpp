// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/manager.hpp"

#include "dxe/boot/attempt.hpp"
#include "dxe/boot/device.hpp"
#include "dxe/boot/global_variable.hpp"
#include "dxe/boot/loaded_drivers.hpp"
#include "dxe/boot/menu.hpp"
#include "dxe/boot/path.hpp"
#include "dxe/boot/qemu_order.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/log/log.hpp"

namespace boot {
namespace {

namespace name = efi::variable_name;

constexpr u64 boot_to_ui = 1;  // EFI_OS_INDICATIONS_BOOT_TO_FW_UI [uefi §8.5.4]
// OVMF's menu, which its entries name as a file of the firmware volume.
constexpr Guid ui_app_guid = "462caa21-7614-4503-836e-8ab6f4662331"_guid;

bool take_boot_to_ui() {
  const auto indications = read_global_or<u64>(name::os_indications, 0);
  if (!(indications & boot_to_ui)) return false;
  write_global(name::os_indications, attributes::kept, indications & ~boot_to_ui);
  return true;
}

bool names_ui(const Option& option) {
  bool found = false;
  for (usize at = 0; at + sizeof(Guid) <= option.load.path.size(); ++at)
    found |= __builtin_memcmp(&option.load.path[at], &ui_app_guid, sizeof(Guid)) == 0;
  return option.firmware_file() && found;
}

// BootNext counts once, whatever comes of it.
void try_boot_next(Options& options) {
  u16 number = 0;
  const auto found = read_global(name::boot_next, &number, sizeof number);
  if (!found && found.error() == Error::not_found) return;
  delete_global(name::boot_next);
  if (!found) return;
  // It need not be in BootOrder, and need not be active.
  Options all(u"Boot");
  Option* option = options.find(number);
  if (!option) option = all.add_variable(number).value_or(nullptr);
  if (!option) return note_failure(Text("BootNext: there is no entry ", std::u16string_view(OptionName(u"Boot", number).text)));
  if (names_ui(*option)) return run_menu(options);
  if (!option->firmware_file()) try_option(*option);
}

// OVMF has an entry for each protocol of a network card; the card's option ROM tries them all at once.
bool card_was_tried(Options& options, const Option& option) {
  const Bytes card = network_card_of(option.path());
  bool tried = false;
  for (Option& o : options.list()) tried |= o.tried && begins_with(o.load.path, card);
  return !card.empty() && tried;
}

void try_order(Options& options) {
  for (Option& o : options.list()) {
    if (o.tried || !o.load.active() || o.load.application()) continue;
    // Files of another firmware's volume: kept for it, nothing to us.
    if (!o.firmware_file() && !card_was_tried(options, o)) try_option(o);
  }
}

// Entries for whatever is there and was not looked for yet.
void try_everything_else(Options& options) {
  connect_disks();
  (void)refresh_entries(options);
  try_order(options);
  connect_network();
  (void)refresh_entries(options);
  try_order(options);
}

}  // namespace

Options& boot_options() {
  static constinit Options options(u"Boot");
  return options;
}

void run_manager() {
  load_drivers();
  Options& options = boot_options();
  options.read();
  drop_stale_entries(options);
  const auto qemu = apply_qemu_order(options);
  if (!qemu.applied && options.empty()) {
    connect_disks();
    (void)refresh_entries(options);
  }
  run_system_preparation();
  if (take_boot_to_ui() || key_asks_for_menu()) run_menu(options);
  try_boot_next(options);
  try_order(options);
  if (!qemu.applied || !qemu.strict) try_everything_else(options);
}

}  // namespace boot

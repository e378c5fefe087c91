// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/loaded_drivers.hpp"

#include "dxe/boot/attempt.hpp"
#include "dxe/boot/path.hpp"
#include "dxe/core/connect.hpp"
#include "lib/cc/platform.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/log/log.hpp"

namespace boot {
namespace {

bool may_load(Options& options, const char* what) {
  if (options.empty()) return false;
  if (!cc::host_may_add_drivers()) log::warning(what, " entries are not started in a confidential guest");
  return cc::host_may_add_drivers();
}

// The first of the images that can be loaded. LoadOptions must outlive a driver; its variable does, it is never freed.
bool run_first(std::u16string_view prefix, Option& option) {
  Images images;
  const Missing missing = find_images(option.path(), images);
  bool loaded = false;
  efi::Status status = efi::Status::not_found;
  for (unsigned i = 0; i < images.count && !loaded; ++i) status = run_image(images.paths[i].get(), option.load.optional_data, loaded);
  const OptionName name(prefix, option.number);
  if (!loaded)
    log::warning(log::Wide{name.text}, " is not loaded: ", missing == Missing::none ? "no such file, or no image" : words_for(missing));
  else if (efi::is_error(status))
    log::warning(log::Wide{name.text}, " ended with status ", log::hex(static_cast<u64>(status)));
  return loaded && !efi::is_error(status);
}

}  // namespace

void load_drivers() {
  Options drivers(u"Driver");
  drivers.read();
  if (!may_load(drivers, "Driver####")) return;
  bool reconnect = false;
  for (Option& o : drivers.list())
    if (o.load.active() && run_first(u"Driver", o)) reconnect |= (o.load.attributes & load_attribute::force_reconnect) != 0;
  if (!reconnect) return;
  for (efi::Handle h : Handles(efi::PciIo::guid)) {
    (void)!core::disconnect_controller(h, nullptr, nullptr);
    (void)!core::connect_controller(h, nullptr, nullptr, true);
  }
}

void run_system_preparation() {
  Options programs(u"SysPrep");
  programs.read();
  if (!may_load(programs, "SysPrep####")) return;
  for (Option& o : programs.list())
    if (o.load.active()) (void)run_first(u"SysPrep", o);
}

}  // namespace boot

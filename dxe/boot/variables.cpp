// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/variables.hpp"

#include <array>

#include "dxe/core/runtime_loader.hpp"
#include "dxe/drivers/console.hpp"
#include "lib/device_path/path.hpp"
#include "lib/efi/variable.hpp"
#include "lib/log/log.hpp"

namespace boot {
namespace {

using namespace base;
using namespace efi::variable_attribute;
namespace name = efi::variable_name;

constexpr u32 shown = bootservice_access | runtime_access;
constexpr u32 kept = shown | non_volatile;

// "DEBUGPORT", the path of the port that a debugger may use [uefi §18.3].
constexpr Guid debug_port_guid = "eba4e8d2-3858-41ec-a281-2647ba9660d0"_guid;

void set(const char16_t* variable, const Guid& vendor, u32 attributes, std::span<const u8> data) {
  if (auto done = core::runtime_hooks().set_firmware_variable(variable, vendor, attributes, data); !done)
    log::warning("variable ", log::Wide{variable}, ": ", done.error());
}

template <class T>
void set_global(const char16_t* variable, u32 attributes, const T& value) {
  set(variable, efi::global_variable_guid, attributes, {reinterpret_cast<const u8*>(&value), sizeof value});
}

}  // namespace

void set_global_variables() {
  const auto* console = drivers::console_path();
  const std::span<const u8> path(reinterpret_cast<const u8*>(console), device_path::bytes(console));
  const char16_t* const consoles[] = {name::con_in, name::con_out, name::err_out};
  const char16_t* const devices[] = {name::con_in_dev, name::con_out_dev, u"ErrOutDev"};
  for (const char16_t* variable : consoles) set(variable, efi::global_variable_guid, kept, path);
  for (const char16_t* variable : devices) set(variable, efi::global_variable_guid, shown, path);
  set(u"DEBUGPORT", debug_port_guid, kept, path);

  set_global(name::lang, kept, std::to_array({'e', 'n', 'g'}));
  set_global(name::lang_codes, shown, std::to_array({'e', 'n', 'g'}));
  set_global(name::platform_lang, kept, std::to_array({'e', 'n', '\0'}));
  set_global(name::platform_lang_codes, shown, std::to_array({'e', 'n', '\0'}));
  set_global(name::timeout, kept, u16{0});
  set_global(name::os_indications_supported, shown, u64{0});
  set_global(name::boot_option_support, shown, u32{0});
  set_global(name::secure_boot, shown, u8{0});
  set_global(name::setup_mode, shown, u8{1});
}

}  // namespace boot

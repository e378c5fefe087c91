// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/variables.hpp"

#include <array>

#include "dxe/boot/global_variable.hpp"
#include "dxe/drivers/console/console.hpp"
#include "dxe/drivers/console/console_paths.hpp"
#include "lib/device_path/path.hpp"
#include "lib/efi/variable.hpp"

namespace boot {
namespace {

using namespace base;
using attributes::kept, attributes::shown;
namespace name = efi::variable_name;

// "DEBUGPORT", the path of the port that a debugger may use [uefi §18.3].
constexpr Guid debug_port_guid = "eba4e8d2-3858-41ec-a281-2647ba9660d0"_guid;

constexpr u64 boot_to_firmware_ui = 1;                      // [uefi §8.5.4]
constexpr u32 supports_applications = 2, supports_preparation = 0x10;  // [uefi §3.1.3]

// A value that the user may change, and his choice lasts.
template <class T>
void set_default(const char16_t* variable, const T& value, bool fresh) {
  if (fresh || !exists(variable)) put_global(variable, kept, {reinterpret_cast<const u8*>(&value), sizeof value});
}

template <class T>
void show(const char16_t* variable, const T& value) {
  put_global(variable, shown, {reinterpret_cast<const u8*>(&value), sizeof value});
}

}  // namespace

void set_global_variables() {
  const bool fresh = !exists(name::timeout);  // one look instead of many when nothing was kept
  struct Console {
    const char16_t *chosen, *possible;
    device_path::Bytes path;
  };
  const device_path::Bytes output = drivers::console_output_path();
  const Console consoles[] = {{name::con_in, name::con_in_dev, drivers::console_input_path()},
                              {name::con_out, name::con_out_dev, output},
                              {name::err_out, name::err_out_dev, output}};
  for (const Console& c : consoles) {
    fresh ? put_global(c.chosen, kept, c.path) : write_global(c.chosen, kept, c.path);
    put_global(c.possible, shown, c.path);
  }
  const auto* port = drivers::console_path();
  const device_path::Bytes path(reinterpret_cast<const u8*>(port), device_path::bytes(port));
  fresh ? put_global(u"DEBUGPORT", kept, path, debug_port_guid) : write_global(u"DEBUGPORT", kept, path, debug_port_guid);

  set_default(name::lang, std::to_array({'e', 'n', 'g'}), fresh);
  set_default(name::platform_lang, std::to_array({'e', 'n', '\0'}), fresh);
  set_default(name::timeout, u16{0}, fresh);
  show(name::lang_codes, std::to_array({'e', 'n', 'g'}));
  show(name::platform_lang_codes, std::to_array({'e', 'n', '\0'}));
  show(name::os_indications_supported, boot_to_firmware_ui);
  show(name::boot_option_support, supports_applications | supports_preparation);
  show(name::secure_boot, u8{0});
  show(name::setup_mode, u8{!exists(name::pk)});
}

}  // namespace boot

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/drivers/text_input.hpp"
#include "dxe/drivers/text_output.hpp"

namespace drivers {
namespace {

using namespace base;

struct [[gnu::packed]] ConsolePath {
  efi::acpi_path::Hid serial_port;
  efi::messaging_path::Uart uart;
  efi::messaging_path::Vendor terminal;
  efi::DevicePath end;
};

constinit ConsolePath path = {
    {efi::node_header<efi::acpi_path::Hid>(efi::device_path_type::acpi, efi::acpi_path::Hid::subtype), efi::acpi_path::pnp(0x0501), 0},
    {efi::node_header<efi::messaging_path::Uart>(efi::device_path_type::messaging, efi::messaging_path::Uart::subtype), 0, 115200, 8, 1, 1},
    {efi::node_header<efi::messaging_path::Vendor>(efi::device_path_type::messaging, efi::messaging_path::Vendor::subtype),
     efi::messaging_path::vt_utf8_guid},
    efi::end_device_path,
};

constinit Uart uart{};
constinit TextOutput output{};
constinit TextInput input{};

}  // namespace

const efi::DevicePath* console_path() { return &path.serial_port.header; }

void init_console(efi::SystemTable& table) {
  uart.init();
  output.init(uart);
  input.init(uart);
  efi::Handle handle = nullptr;
  core::install(handle, path, efi::DevicePath::guid);
  core::install<efi::SimpleTextOutput>(handle, output);
  core::install<efi::SimpleTextInput>(handle, input.basic());
  core::install<efi::SimpleTextInputEx>(handle, input);
  table.console_in_handle = table.console_out_handle = table.standard_error_handle = handle;
  table.con_in = &input.basic();
  table.con_out = table.std_err = &output;
}

}  // namespace drivers

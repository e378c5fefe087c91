// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/console.hpp"

#include "dxe/core/event.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/core/on_demand.hpp"
#include "dxe/drivers/console/collation.hpp"
#include "dxe/drivers/console/ps2_keyboard.hpp"
#include "dxe/drivers/console/serial_input.hpp"
#include "dxe/drivers/console/serial_output.hpp"
#include "dxe/drivers/console/serial_path.hpp"
#include "dxe/drivers/console/serial_port.hpp"
#include "dxe/drivers/graphics/head.hpp"
#include "dxe/drivers/graphics/ramfb.hpp"
#include "dxe/drivers/hii/database.hpp"
#include "dxe/drivers/network/simple_network.hpp"
#include "dxe/drivers/pci_protocols.hpp"
#include "dxe/drivers/platform.hpp"
#include "lib/efi/hii.hpp"
#include "lib/efi/serial_io.hpp"
#include "lib/efi/unicode_collation.hpp"
#include "lib/log/log.hpp"

namespace drivers {
namespace {

struct [[gnu::packed]] TerminalPath {
  SerialPath port;
  efi::messaging_path::Vendor terminal;
  efi::DevicePath end;
};

constinit TerminalPath terminal_path{};
constinit Uart uart{};
constinit SerialOutput serial_output{};
constinit SerialInput serial_input{};
constinit SplitOutput output{};
constinit SplitInput input{};
constinit efi::Handle handle = nullptr;
constinit bool displays_started = false, keyboards_started = false, shared = false;

void EFIAPI connect_usb_hosts(efi::Event event, void*) {
  (void)!core::close_event(event);
  connect_pci(is_usb_host, false);
}

void start_for_others() {
  start_displays();
  shared = true;
}

// What costs nothing until somebody wants it.
constinit core::Offer offers[] = {
    {&efi::GraphicsOutput::guid, start_for_others},
    {&efi::edid_active_guid, start_for_others},
    {&efi::edid_discovered_guid, start_for_others},
    {&console_out_device_guid, start_for_others},
    {&efi::SerialIo::guid, [] {
       if (uart.present()) install_serial_port(uart);
     }},
    {&efi::UnicodeCollation::guid, install_collation},
    {&efi::UnicodeCollation::version_1_guid, install_collation},
    {&efi::HiiDatabase::guid, install_hii_database},
    {&efi::HiiString::guid, install_hii_string},
    {&efi::HiiFont::guid, install_hii_font},
    {&efi::HiiConfigRouting::guid, install_hii_config_routing},
    {&efi::SimpleNetwork::guid, start_network_cards, true},
};

TerminalPath make_terminal_path() {
  using efi::messaging_path::Vendor;
  return {serial_path(),
          {efi::node_header<Vendor>(efi::device_path_type::messaging, Vendor::subtype), efi::messaging_path::vt_utf8_guid},
          efi::end_device_path};
}

void init_terminal() {
  serial_output.init(uart);
  if (!serial_input.init(uart)) panic("no memory for the console");
  efi::Handle terminal = nullptr;
  core::install(terminal, terminal_path, efi::DevicePath::guid);
  core::install<efi::SimpleTextOutput>(terminal, serial_output);
  core::install<efi::SimpleTextInput>(terminal, serial_input.basic());
  core::install<efi::SimpleTextInputEx>(terminal, serial_input);
  (void)!output.add(serial_output);
  (void)!input.add(serial_input);
}

}  // namespace

SplitOutput& console_output() { return output; }
SplitInput& console_input() { return input; }
efi::Handle console_handle() { return handle; }
bool displays_are_shared() { return shared; }
const efi::DevicePath* console_path() { return &terminal_path.port.bridge.root.header; }

void start_displays() {
  if (displays_started) return;
  displays_started = true;
  connect_pci(is_display, true);
  start_ramfb();
}

void start_keyboards() {
  if (keyboards_started) return;
  keyboards_started = true;
  start_ps2_keyboard();
  // Controllers are not connected at the level at which somebody may look for keys [uefi §7.1]; the event comes when it falls.
  efi::Event event = nullptr;
  if (core::create_event(efi::event_type::notify_signal, efi::tpl_callback, connect_usb_hosts, nullptr, &event)) (void)!core::signal_event(event);
}

void init_console(efi::SystemTable& table) {
  terminal_path = make_terminal_path();
  output.init(start_displays);
  input.init(start_keyboards);
  if (uart.init()) init_terminal();
  core::install<efi::SimpleTextOutput>(handle, output);
  core::install<efi::SimpleTextInput>(handle, input.basic());
  core::install<efi::SimpleTextInputEx>(handle, input);
  core::offer_on_demand(offers);
  table.console_in_handle = table.console_out_handle = table.standard_error_handle = handle;
  table.con_in = &input.basic();
  table.con_out = table.std_err = &output;
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/usb/usb_functions.hpp"

#include "dxe/drivers/console/usb_keyboard.hpp"
#include "dxe/drivers/storage/usb_storage.hpp"
#include "lib/log/log.hpp"

namespace drivers {

Result<> UsbFunctions::add(Managed& managed, usb::Device& device, u8 parent_port) {
  const usb::Configuration configuration = TRY(usb::read_configuration(device));
  TRY(usb::select_configuration(device, configuration));
  for (unsigned i = 0; i < configuration.interface_count; ++i) {
    auto done = add_interface(managed, device, parent_port, configuration.interfaces[i]);
    if (!done) log::warning("usb: interface ", configuration.interfaces[i].number, " at port ", parent_port + 1, " cannot be used: ", done.error());
  }
  return {};
}

Result<> UsbFunctions::add_interface(Managed& managed, usb::Device& device, u8 parent_port, const usb::Interface& interface) {
  using Node = efi::messaging_path::Usb;
  const Node node{efi::node_header<Node>(efi::device_path_type::messaging, Node::subtype), parent_port, interface.number};
  if (usb::BootKeyboard::supports(interface)) {
    TRY(device.open_endpoints({interface.find(usb::Transfer::interrupt, true), 1}));
    return publish_usb_keyboard(managed, node_bytes(node), device, interface);
  }
  if (!usb::BulkOnly::supports(interface)) return {};
  TRY(device.open_endpoints({interface.endpoints, interface.endpoint_count}));
  auto* storage = TRY(core::make<Storage>());
  storage_.push_back(*storage);
  storage->transport.init(device, interface);
  return publish_usb_storage(managed, node_bytes(node), storage->transport);
}

void UsbFunctions::forget() {
  while (Storage* s = storage_.front()) {
    s->unlink();
    core::destroy(*s);
  }
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/usb/usb_functions.hpp"

#include "dxe/drivers/console/usb_keyboard.hpp"
#include "dxe/drivers/storage/usb_storage.hpp"
#include "lib/log/log.hpp"

namespace drivers {

Result<UsbPath> UsbPath::with(u8 port, u8 interface) const {
  if (count > most_hubs) return Error::out_of_resources;
  UsbPath longer = *this;
  longer.nodes[longer.count++] = {efi::node_header<Node>(efi::device_path_type::messaging, Node::subtype), port, interface};
  return longer;
}

Result<> UsbFunctions::add(Managed& managed, usb::Device& device, const UsbPath& parent, u8 port, usb::Hub& hub) {
  const usb::Configuration configuration = TRY(usb::read_configuration(device));
  TRY(usb::select_configuration(device, configuration));
  if (configuration.interface_count && usb::Hub::supports(configuration.interfaces[0])) return hub.init(device, usb_patience);
  for (unsigned i = 0; i < configuration.interface_count; ++i) {
    const usb::Interface& interface = configuration.interfaces[i];
    if (auto done = add_interface(managed, device, TRY(parent.with(port, interface.number)), interface); !done)
      log::warning("usb: interface ", interface.number, " at port ", port + 1, " cannot be used: ", done.error());
  }
  return {};
}

Result<> UsbFunctions::add_interface(Managed& managed, usb::Device& device, const UsbPath& path, const usb::Interface& interface) {
  if (usb::BootKeyboard::supports(interface)) {
    TRY(device.open_endpoints({interface.find(usb::Transfer::interrupt, true), 1}));
    return publish_usb_keyboard(managed, path.bytes(), device, interface);
  }
  if (!usb::BulkOnly::supports(interface)) return {};
  TRY(device.open_endpoints({interface.endpoints, interface.endpoint_count}));
  auto* storage = TRY(core::make<Storage>());
  storage_.push_back(*storage);
  storage->transport.init(device, interface);
  return publish_usb_storage(managed, path.bytes(), storage->transport);
}

void UsbFunctions::forget() {
  while (Storage* s = storage_.front()) {
    s->unlink();
    core::destroy(*s);
  }
}

}  // namespace drivers

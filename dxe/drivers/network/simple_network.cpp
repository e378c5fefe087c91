// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/network/simple_network.hpp"

#include "dxe/core/connect.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/pci_protocols.hpp"
#include "dxe/drivers/platform.hpp"

namespace drivers {
namespace {

using net::Interface;

// A call of the protocol, and the level it is served at.
template <auto method>
struct Served;
template <class... Args, Result<> (Interface::*method)(Args...)>
struct Served<method> {
  static Result<> call(efi::SimpleNetwork* self, Args... args) {
    if (!self) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    return (static_cast<NetworkChild*>(self)->interface.*method)(args...);
  }
};
template <auto method>
constexpr auto served = core::thunk<&Served<method>::call>;

void EFIAPI packet_wanted(efi::Event event, void* context) {
  core::TplGuard guard(efi::tpl_notify);
  if (static_cast<Interface*>(context)->has_packet()) (void)!core::signal_event(event);
}

}  // namespace

Result<> NetworkChild::publish(net::Device& device) {
  interface.init(device);
  static_cast<efi::SimpleNetwork&>(*this) = {
      .revision = current_revision,
      .start = served<&Interface::start>,
      .stop = served<&Interface::stop>,
      .initialize = served<&Interface::initialize>,
      .reset = served<&Interface::reset>,
      .shutdown = served<&Interface::shutdown>,
      .receive_filters = served<&Interface::receive_filters>,
      .station_address = served<&Interface::station_address>,
      .statistics = served<&Interface::statistics>,
      .multicast_ip_to_mac = served<&Interface::multicast_ip_to_mac>,
      .nv_data = served<&Interface::nv_data>,
      .get_status = served<&Interface::get_status>,
      .transmit = served<&Interface::transmit>,
      .receive = served<&Interface::receive>,
      .wait_for_packet = nullptr,
      .mode = &interface.mode(),
  };
  TRY(core::create_event(efi::event_type::notify_wait, efi::tpl_notify, packet_wanted, &interface, &wait_for_packet));
  efi::Handle at = handle();
  auto installed = core::install_protocol(&at, &efi::SimpleNetwork::guid, efi::InterfaceType::native, static_cast<efi::SimpleNetwork*>(this));
  if (!installed) (void)!core::close_event(wait_for_packet);
  if (!installed) wait_for_packet = nullptr;
  return installed;
}

// Withdrawing what was not published does nothing.
Result<> NetworkChild::withdraw() {
  if (!wait_for_packet) return {};
  TRY(core::uninstall_protocol(handle(), &efi::SimpleNetwork::guid, static_cast<efi::SimpleNetwork*>(this)));
  (void)!core::close_event(wait_for_packet);
  wait_for_packet = nullptr;
  return {};
}

Result<> publish_network(Managed& managed, net::Device& device) {
  using Node = efi::messaging_path::Mac;
  Node node{efi::node_header<Node>(efi::device_path_type::messaging, Node::subtype), {}, net::ethernet_type};
  __builtin_memcpy(&node.address, &device.properties().address, net::address_bytes);
  auto* child = TRY(managed.add_child<NetworkChild>(node_bytes(node)));
  auto published = child->publish(device);
  if (!published) (void)!managed.remove_child(*child);
  return published;
}

void start_network_cards() {
  constexpr u32 class_network = 0x02;
  for (const pci::Device* d = pci_topology().first; d; d = d->next)
    if (d->kind() >> 8 == class_network) (void)!core::connect_controller(pci_handle(*d).handle, nullptr, nullptr, true);
}

}  // namespace drivers

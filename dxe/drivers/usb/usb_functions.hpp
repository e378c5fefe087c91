// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/core/clock.hpp"
#include "dxe/drivers/driver.hpp"
#include "lib/usb/hub.hpp"
#include "lib/usb/mass_storage.hpp"

namespace drivers {

inline constexpr Patience usb_patience = {core::clock_now, 5'000'0000, core::rest};  // five seconds

// The hubs' nodes on the way to a device.
struct UsbPath {
  static constexpr unsigned most_hubs = 5;  // [usb §4.1.1]
  using Node = efi::messaging_path::Usb;
  Node nodes[most_hubs + 1];
  unsigned count = 0;

  // `port`: as device paths count, from zero.
  Result<UsbPath> with(u8 port, u8 interface) const;
  std::span<const u8> bytes() const { return {reinterpret_cast<const u8*>(nodes), count * sizeof(Node)}; }
};

// What the interfaces of the devices behind one host controller are used for.
class UsbFunctions {
 public:
  // Configures a device that has an address and publishes what is known of its interfaces, or begins to use it as a hub,
  // which then has ports. The device must live until forget().
  Result<> add(Managed& managed, usb::Device& device, const UsbPath& parent, u8 port, usb::Hub& hub);
  // The children are gone.
  void forget();

 private:
  struct Storage : ListNode<Storage> {
    usb::BulkOnly transport;
  };
  Result<> add_interface(Managed& managed, usb::Device& device, const UsbPath& path, const usb::Interface& interface);

  List<Storage> storage_;
};

}  // namespace drivers

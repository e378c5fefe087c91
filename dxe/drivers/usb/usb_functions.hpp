// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/driver.hpp"
#include "lib/usb/mass_storage.hpp"

namespace drivers {

// What the interfaces of the devices behind one host controller are used for.
class UsbFunctions {
 public:
  // Configures a device that has an address and publishes what is known of its interfaces. `parent_port`: as device paths
  // count, from zero. The device must live until forget().
  Result<> add(Managed& managed, usb::Device& device, u8 parent_port);
  // The children are gone.
  void forget();

 private:
  struct Storage : ListNode<Storage> {
    usb::BulkOnly transport;
  };
  Result<> add_interface(Managed& managed, usb::Device& device, u8 parent_port, const usb::Interface& interface);

  List<Storage> storage_;
};

}  // namespace drivers

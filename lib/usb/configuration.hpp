// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/usb/device.hpp"

namespace usb {

// What a device says of itself [usb §9.6], as far as our drivers want to know; alternate settings are left out.
struct Interface {
  static constexpr unsigned max_endpoints = 3;
  u8 number = 0, class_code = 0, subclass = 0, protocol = 0;
  Endpoint endpoints[max_endpoints];
  unsigned endpoint_count = 0;

  // The first endpoint of a kind; null: none.
  const Endpoint* find(Transfer transfer, bool in) const;
};

struct Configuration {
  static constexpr unsigned max_interfaces = 8, max_bytes = 1024;
  u8 value = 0;
  Interface interfaces[max_interfaces];
  unsigned interface_count = 0;
};

// Descriptors as they came. protocol_error: they are malformed. Endpoints that no transfer could use are left out.
Result<Configuration> parse_configuration(std::span<const u8> descriptors, Speed speed);

// Asks for the device's first configuration.
Result<Configuration> read_configuration(Device& device);
// Makes it the one in use.
Result<> select_configuration(Device& device, const Configuration& configuration);
// After a stall [usb §9.4.5].
Result<> clear_halt(Device& device, u8 endpoint);

namespace class_code {
inline constexpr u8 human_interface = 3, mass_storage = 8, hub = 9;
}
// Requests of classes are made to an interface.
inline constexpr u8 class_request = 0x21;

}  // namespace usb

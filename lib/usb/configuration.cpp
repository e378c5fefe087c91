// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/configuration.hpp"

#include <bit>

namespace usb {
namespace {

constexpr u8 request_clear_feature = 1, request_get_descriptor = 6, request_set_configuration = 9;
constexpr u8 to_endpoint = 0x02;
constexpr u16 endpoint_halt = 0;

// Descriptor types and lengths [usb §9.6].
constexpr u8 type_configuration = 2, type_interface = 4, type_endpoint = 5, type_companion = 0x30;
constexpr u8 configuration_bytes = 9, interface_bytes = 9, endpoint_bytes = 7, companion_bytes = 6;

u16 word(const u8* at) { return static_cast<u16>(at[0] | at[1] << 8); }

bool usable(const Endpoint& e, Speed speed) {
  const u16 most = speed == Speed::super ? 1024 : speed == Speed::high && e.transfer == Transfer::bulk ? 512 : 1024;
  const bool number = (e.address & 0xf) != 0 && !(e.address & 0x70);
  if (!number || e.packet_bytes == 0 || e.packet_bytes > most) return false;
  return e.transfer == Transfer::interrupt || (e.transfer == Transfer::bulk && e.packet_bytes >= 8 && std::has_single_bit(e.packet_bytes));
}

Endpoint parse_endpoint(const u8* d) {
  return {.address = d[2], .transfer = static_cast<Transfer>(d[3] & 3), .packet_bytes = static_cast<u16>(word(d + 4) & 0x7ff), .interval = d[6]};
}

}  // namespace

const Endpoint* Interface::find(Transfer transfer, bool in) const {
  for (unsigned i = 0; i < endpoint_count; ++i)
    if (endpoints[i].transfer == transfer && endpoints[i].in() == in) return &endpoints[i];
  return nullptr;
}

Result<Configuration> parse_configuration(std::span<const u8> d, Speed speed) {
  Configuration c;
  if (d.size() < configuration_bytes || d[0] < configuration_bytes || d[1] != type_configuration) return Error::protocol_error;
  c.value = d[5];
  Interface* interface = nullptr;  // null: of an alternate setting, or one too many
  Endpoint* endpoint = nullptr;
  for (usize at = d[0]; at + 2 <= d.size(); at += d[at]) {
    const u8 length = d[at], type = d[at + 1];
    if (length < 2 || length > d.size() - at) return Error::protocol_error;
    if (type == type_interface && length >= interface_bytes) {
      interface = d[at + 3] == 0 && c.interface_count < Configuration::max_interfaces ? &c.interfaces[c.interface_count++] : nullptr;
      endpoint = nullptr;
      if (interface) *interface = {.number = d[at + 2], .class_code = d[at + 5], .subclass = d[at + 6], .protocol = d[at + 7], .endpoints = {}};
    } else if (type == type_endpoint && length >= endpoint_bytes && interface) {
      const Endpoint e = parse_endpoint(&d[at]);
      endpoint = usable(e, speed) && interface->endpoint_count < Interface::max_endpoints ? &interface->endpoints[interface->endpoint_count++] : nullptr;
      if (endpoint) *endpoint = e;
    } else if (type == type_companion && length >= companion_bytes && endpoint) {
      endpoint->burst = d[at + 2] < 16 ? d[at + 2] : 0;
    }
  }
  return c;
}

Result<Configuration> read_configuration(Device& device) {
  u8 d[Configuration::max_bytes];
  const Setup first{direction_in, request_get_descriptor, type_configuration << 8, 0, configuration_bytes};
  if (TRY(device.control(first, d)) != configuration_bytes) return Error::protocol_error;
  const u16 total = word(d + 2);
  const u16 bytes = total < sizeof d ? total : sizeof d;
  if (bytes < configuration_bytes) return Error::protocol_error;
  const u64 got = TRY(device.control({direction_in, request_get_descriptor, type_configuration << 8, 0, bytes}, d));
  return parse_configuration(std::span<const u8>(d).first(got), device.speed());
}

Result<> select_configuration(Device& device, const Configuration& configuration) {
  (void)TRY(device.control({0, request_set_configuration, configuration.value, 0, 0}, {}));
  return {};
}

Result<> clear_halt(Device& device, u8 endpoint) {
  (void)TRY(device.control({to_endpoint, request_clear_feature, endpoint_halt, endpoint, 0}, {}));
  return {};
}

}  // namespace usb

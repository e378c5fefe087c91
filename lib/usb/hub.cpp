// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/hub.hpp"

#include "lib/arch/cpu.hpp"

namespace usb {
namespace {

// Requests to the hub and to one of its ports [usb §11.24].
constexpr u8 from_hub = 0xa0, from_port = 0xa3, to_port = 0x23;
constexpr u8 request_get_status = 0, request_clear_feature = 1, request_set_feature = 3, request_get_descriptor = 6;
constexpr u16 hub_descriptor = 0x29 << 8, descriptor_bytes = 8, status_bytes = 4;
constexpr u16 port_reset = 4, port_power = 8, port_reset_changed = 20;
constexpr u32 connected = 1, enabled = 1 << 1, low_speed = 1 << 9, high_speed = 1 << 10, reset_changed = 1u << 20;
constexpr u64 millisecond = 1'0000, recovery = 10, between_looks = 1;

}  // namespace

bool Hub::supports(const Interface& i) { return i.class_code == class_code::hub; }

void Hub::pause(u64 milliseconds) const {
  for (const u64 start = patience_.now(); patience_.now() - start < milliseconds * millisecond;) arch::pause();
}

Result<u32> Hub::status(unsigned port) {
  u8 d[status_bytes];
  if (TRY(device_->control({from_port, request_get_status, 0, static_cast<u16>(port), sizeof d}, d)) != sizeof d) return Error::protocol_error;
  return static_cast<u32>(d[0] | d[1] << 8 | d[2] << 16) | u32{d[3]} << 24;
}

Result<> Hub::feature(u8 request, u16 feature, unsigned port) {
  (void)TRY(device_->control({to_port, request, feature, static_cast<u16>(port), 0}, {}));
  return {};
}

Result<> Hub::init(Device& device, Patience patience) {
  if (device.speed() == Speed::super) return Error::unsupported;
  device_ = &device;
  patience_ = patience;
  u8 d[descriptor_bytes];
  const u64 got = TRY(device.control({from_hub, request_get_descriptor, hub_descriptor, 0, sizeof d}, d));
  if (got < 7 || d[0] < 7 || d[1] != hub_descriptor >> 8 || d[2] == 0) return Error::protocol_error;
  const u8 ports = d[2] < most_ports ? d[2] : most_ports;
  TRY(device.become_hub(ports));
  for (unsigned port = 1; port <= ports; ++port) TRY(feature(request_set_feature, port_power, port));
  pause(2 * d[5]);
  ports_ = ports;
  return {};
}

Result<Speed> Hub::reset_port(unsigned port) {
  if (!(TRY(status(port)) & connected)) return Error::no_media;
  TRY(feature(request_set_feature, port_reset, port));
  u32 now = 0;
  for (const Deadline deadline(patience_);;) {
    const bool late = deadline.passed();
    now = TRY(status(port));
    if (now & reset_changed) break;
    if (late) return Error::timeout;
    pause(between_looks);
  }
  TRY(feature(request_clear_feature, port_reset_changed, port));
  pause(recovery);
  if (!(now & connected)) return Error::no_media;
  if (!(now & enabled)) return Error::device_error;
  if (now & low_speed) return Speed::low;
  // Nothing behind a hub is faster than it.
  return (now & high_speed) && device_->speed() == Speed::high ? Speed::high : Speed::full;
}

}  // namespace usb

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/net/interface.hpp"

#include <algorithm>

namespace net {
namespace {

namespace state = efi::network_state;
namespace filter = efi::network_receive;
namespace interrupt = efi::network_interrupt;

constexpr u32 all_filters =
    filter::unicast | filter::multicast | filter::broadcast | filter::promiscuous | filter::promiscuous_multicast;
// Frames for others that are passed over before the caller gets to look at its clock.
constexpr unsigned most_unwanted = 64;

Address address_of(const efi::MacAddress& mac) {
  Address address;
  __builtin_memcpy(&address, &mac, sizeof address);
  return address;
}

// The rest of a client's address is not ours.
void copy(const Address& from, efi::MacAddress* to) {
  if (to) __builtin_memcpy(to, &from, sizeof from);
}

}  // namespace

void Interface::init(Device& device) {
  const Device::Properties& p = device.properties();
  device_ = &device;
  mode_ = {};
  mode_.hw_address_size = address_bytes;
  mode_.media_header_size = header_bytes;
  mode_.max_packet_size = p.most_payload;
  mode_.receive_filter_mask = all_filters;
  mode_.max_multicast_filter_count = efi::SimpleNetworkMode::max_multicast_filters;
  mode_.interface_type = ethernet_type;
  mode_.multiple_transmit_supported = true;
  mode_.media_present_supported = p.reports_link;
  mode_.media_present = true;
  copy(p.address, &mode_.current_address);
  copy(p.address, &mode_.permanent_address);
  __builtin_memset(&mode_.broadcast_address, 0xff, address_bytes);
}

Result<> Interface::working() const {
  if (mode_.state == state::stopped) return Error::not_started;
  return mode_.state == state::initialized ? Result<>() : Error::device_error;
}

Result<> Interface::start() {
  if (mode_.state != state::stopped) return Error::already_started;
  mode_.state = state::started;
  return {};
}

Result<> Interface::stop() {
  if (mode_.state == state::stopped) return Error::not_started;
  if (mode_.state != state::started) return Error::device_error;
  mode_.state = state::stopped;
  return {};
}

Result<> Interface::begin() {
  held_ = 0;
  interrupts_ = 0;
  TRY(device_->up());
  mode_.media_present = device_->link();
  return {};
}

Result<> Interface::initialize(u64 extra_receive, u64 extra_transmit) {
  if (mode_.state == state::stopped) return Error::not_started;
  if (mode_.state != state::started) return Error::device_error;
  if (extra_receive || extra_transmit) return Error::unsupported;
  TRY(begin());
  // Clients that know no filters hear what is meant for them.
  mode_.receive_filter_setting = filter::unicast | filter::broadcast;
  mode_.multicast_filter_count = 0;
  mode_.state = state::initialized;
  return {};
}

// Filters stay. A card that does not come back is one that has to be initialized again.
Result<> Interface::reset(efi::Boolean) {
  TRY(working());
  auto done = device_->down();
  if (done) done = begin();
  if (done) return {};
  mode_.state = state::started;
  return Error::device_error;
}

Result<> Interface::shutdown() {
  TRY(working());
  TRY(device_->down());
  held_ = 0;
  mode_.state = state::started;
  return {};
}

Result<> Interface::receive_filters(u32 enable, u32 disable, efi::Boolean reset_multicast, u64 count, efi::MacAddress* multicast) {
  TRY(working());
  if ((enable | disable) & ~all_filters) return Error::invalid_parameter;
  const bool replaces = (enable & ~disable & filter::multicast) && !reset_multicast;
  if (replaces) {
    if (count == 0 || count > efi::SimpleNetworkMode::max_multicast_filters || !multicast) return Error::invalid_parameter;
    for (u64 i = 0; i < count; ++i)
      if (!address_of(multicast[i]).multicast()) return Error::invalid_parameter;
    std::copy_n(multicast, count, mode_.multicast_filter);
  }
  if (replaces || reset_multicast) mode_.multicast_filter_count = replaces ? static_cast<u32>(count) : 0;
  mode_.receive_filter_setting = (mode_.receive_filter_setting | enable) & ~disable;
  return {};
}

Result<> Interface::station_address(efi::Boolean reset, efi::MacAddress* address) {
  TRY(working());
  if (reset) return {};
  if (!address) return Error::invalid_parameter;
  return address_of(*address) == device_->properties().address ? Result<>() : Error::unsupported;
}

Result<> Interface::statistics(efi::Boolean, u64*, efi::NetworkStatistics*) {
  TRY(working());
  return Error::unsupported;
}

Result<> Interface::multicast_ip_to_mac(efi::Boolean ipv6, efi::IpAddress* ip, efi::MacAddress* mac) {
  TRY(working());
  if (!ip || !mac) return Error::invalid_parameter;
  const u8* b = ip->bytes;
  if (ipv6 ? b[0] != 0xff : (b[0] & 0xf0) != 0xe0) return Error::invalid_parameter;
  // [rfc2464 §7], [rfc1112 §6.4]
  copy(ipv6 ? Address{{0x33, 0x33, b[12], b[13], b[14], b[15]}} : Address{{0x01, 0x00, 0x5e, static_cast<u8>(b[1] & 0x7f), b[2], b[3]}}, mac);
  return {};
}

Result<> Interface::nv_data(efi::Boolean, u64, u64, void*) {
  TRY(working());
  return Error::unsupported;
}

Result<> Interface::get_status(u32* interrupts, void** transmitted) {
  if (!interrupts && !transmitted) return Error::invalid_parameter;
  TRY(working());
  mode_.media_present = device_->link();
  if (transmitted) {
    auto left = device_->transmitted();
    if (!left && left.error() != Error::not_ready) return Error::device_error;
    *transmitted = left.value_or(nullptr);
    if (left) interrupts_ |= interrupt::transmit;
  }
  if (!interrupts) return {};
  if (has_packet()) interrupts_ |= interrupt::receive;
  *interrupts = interrupts_;
  interrupts_ = 0;
  return {};
}

Result<> Interface::transmit(u64 header_size, u64 bytes, void* buffer, efi::MacAddress* source, efi::MacAddress* destination,
                             u16* protocol) {
  TRY(working());
  if (!buffer) return Error::invalid_parameter;
  if (bytes < header_bytes) return Error::buffer_too_small;
  if (bytes > header_bytes + device_->properties().most_payload) return Error::invalid_parameter;
  if (header_size) {
    if (header_size != header_bytes || !destination || !protocol) return Error::invalid_parameter;
    const Header header{address_of(*destination), source ? address_of(*source) : device_->properties().address,
                        {static_cast<u8>(*protocol >> 8), static_cast<u8>(*protocol)}};
    __builtin_memcpy(buffer, &header, sizeof header);
  }
  return device_->transmit({static_cast<const u8*>(buffer), bytes}, buffer);
}

bool Interface::wanted(const Header& header) const {
  const u32 on = mode_.receive_filter_setting;
  const Address& to = header.destination;
  if (on & filter::promiscuous) return true;
  if (!to.multicast()) return (on & filter::unicast) && to == device_->properties().address;
  if (to.broadcast()) return on & filter::broadcast;
  if (on & filter::promiscuous_multicast) return true;
  if (!(on & filter::multicast)) return false;
  const u32 count = std::min(mode_.multicast_filter_count, efi::SimpleNetworkMode::max_multicast_filters);
  for (u32 i = 0; i < count; ++i)
    if (address_of(mode_.multicast_filter[i]) == to) return true;
  return false;
}

Result<> Interface::fetch() {
  if (held_) return {};
  for (unsigned i = 0; i < most_unwanted; ++i) {
    const usize bytes = TRY(device_->receive(frame_));
    Header header;
    __builtin_memcpy(&header, frame_, sizeof header);
    if (!wanted(header)) continue;
    held_ = bytes;
    return {};
  }
  return Error::not_ready;
}

bool Interface::has_packet() { return mode_.state == state::initialized && fetch(); }

// A frame that does not fit stays: the caller comes back with more room.
Result<> Interface::receive(u64* header_size, u64* bytes, void* buffer, efi::MacAddress* source, efi::MacAddress* destination,
                            u16* protocol) {
  TRY(working());
  if (!bytes || !buffer) return Error::invalid_parameter;
  TRY(fetch());
  const u64 room = *bytes;
  *bytes = held_;
  if (room < held_) return Error::buffer_too_small;
  Header header;
  __builtin_memcpy(&header, frame_, sizeof header);
  __builtin_memcpy(buffer, frame_, held_);
  held_ = 0;
  if (header_size) *header_size = header_bytes;
  copy(header.source, source);
  copy(header.destination, destination);
  if (protocol) *protocol = static_cast<u16>(header.protocol[0] << 8 | header.protocol[1]);
  return {};
}

}  // namespace net

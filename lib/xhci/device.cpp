// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/xhci/device.hpp"

#include <bit>

#include "lib/xhci/controller.hpp"

namespace xhci {
namespace {

constexpr unsigned most_hubs = 5, most_hub_ports = 15;
constexpr u8 request_get_descriptor = 6;
constexpr u16 device_descriptor = 1 << 8;

u8 speed_number(usb::Speed speed) {
  switch (speed) {
    case usb::Speed::full: return 1;
    case usb::Speed::low: return 2;
    case usb::Speed::high: return 3;
    case usb::Speed::super: return 4;
  }
}
u16 first_packet_bytes(usb::Speed speed) {
  switch (speed) {
    case usb::Speed::full:
    case usb::Speed::low: return 8;
    case usb::Speed::high: return 64;
    case usb::Speed::super: return 512;
  }
}

// Device context index of an endpoint [xhci §4.5.1].
constexpr u8 index_of(u8 address) { return static_cast<u8>(2 * (address & 0xf) + (address & usb::direction_in ? 1 : 0)); }

// Interrupt periods are powers of two of 125 µs; slower devices give milliseconds [xhci §6.2.3.6].
u8 interval_of(usb::Speed speed, u8 interval) {
  if (interval == 0) return 0;
  if (speed == usb::Speed::high || speed == usb::Speed::super) return static_cast<u8>(interval > 16 ? 15 : interval - 1);
  return static_cast<u8>(std::bit_width(unsigned{interval}) + 2);
}

}  // namespace

// In the input context; its first is the control context.
u64 Device::context_at(u32 index) const { return input_at + (index + 1) * (controller_->large_contexts() ? 64 : 32); }

void Device::write_slot() {
  u32 entries = 0;
  for (unsigned i = 0; i < pipe_count_; ++i) entries = pipes_[i].index > entries ? pipes_[i].index : entries;
  const u64 at = context_at(context::slot);
  memory_.write<u32>(at, static_cast<u32>(context::route::put(route_) | context::speed::put(speed_number(speed_)) |
                                            context::hub::put(hub_ports_ != 0) | context::entries::put(entries)));
  memory_.write<u32>(at + 4, static_cast<u32>(context::root_port::put(root_port_) | context::hub_ports::put(hub_ports_)));
  memory_.write<u32>(at + 8, static_cast<u32>(context::translator_slot::put(translator_slot_) | context::translator_port::put(translator_port_)));
}

void Device::write_endpoint(const Pipe& pipe, u8 type, u8 interval, u8 burst) {
  constexpr u8 three_errors = 3;
  const u64 at = context_at(pipe.index), deq = pipe.ring.dequeue();
  const bool periodic = type == context::type_interrupt_in;
  memory_.write<u32>(at, static_cast<u32>(context::interval::put(interval)));
  memory_.write<u32>(at + 4, static_cast<u32>(context::error_count::put(three_errors) | context::endpoint_type::put(type) |
                                                context::max_burst::put(burst) | context::max_packet::put(pipe.packet_bytes)));
  memory_.write<u32>(at + 8, static_cast<u32>(deq));
  memory_.write<u32>(at + 12, static_cast<u32>(deq >> 32));
  memory_.write<u32>(at + 16, static_cast<u32>(context::average_length::put(8) | context::max_payload::put(periodic ? pipe.packet_bytes : 0)));
}

Result<> Device::open(Controller& controller, unsigned root_port) {
  controller_ = &controller;
  root_port_ = root_port;
  speed_ = TRY(controller.reset_port(root_port));
  return take_slot();
}

Result<> Device::open_behind(Device& hub, unsigned port, usb::Speed speed) {
  if (hub.depth_ == most_hubs || port == 0 || port > most_hub_ports) return Error::unsupported;
  controller_ = hub.controller_;
  root_port_ = hub.root_port_;
  depth_ = hub.depth_ + 1;
  route_ = hub.route_ | port << (4 * hub.depth_);
  speed_ = speed;
  const bool slower = hub.speed_ == usb::Speed::high && speed != usb::Speed::high;
  translator_slot_ = slower ? hub.slot_ : hub.translator_slot_;
  translator_port_ = slower ? static_cast<u8>(port) : hub.translator_port_;
  return take_slot();
}

Result<> Device::take_slot() {
  Controller& controller = *controller_;
  TRY(controller.add(*this));
  const u8 slot = TRY(controller.command({.control = trb::of(TrbType::enable_slot)}));
  if (slot == 0 || slot > controller.slot_limit()) return Error::protocol_error;
  slot_ = slot;
  TRY(memory_.allocate(controller.pages(), memory_pages, controller.dma_limit()));
  window_.init(controller.pages(), controller.dma_limit(), 1, most_bytes);
  Pipe& pipe = pipes_[0];
  TRY(pipe.ring.allocate(controller.pages(), controller.dma_limit()));
  pipe_count_ = 1;
  pipe.index = context::control_endpoint;
  pipe.packet_bytes = first_packet_bytes(speed_);
  memory_.write<u32>(input_at + 4, 1u << context::slot | 1u << context::control_endpoint);
  write_slot();
  write_endpoint(pipe, context::type_control, 0, 0);
  controller.set_context(slot_, memory_.address());
  (void)TRY(controller.command({memory_.address(input_at).raw(), 0, trb::of(TrbType::address_device) | slot_bits(slot_)}));
  return set_packet_bytes();
}

// Full-speed devices say in their descriptor how much their default endpoint takes [xhci §4.3].
Result<> Device::set_packet_bytes() {
  if (speed_ != usb::Speed::full) return {};
  u8 start[8];
  if (TRY(control({usb::direction_in, request_get_descriptor, device_descriptor, 0, sizeof start}, start)) != sizeof start) return Error::device_error;
  const u8 bytes = start[7];
  if (bytes < 8 || bytes > 64 || !std::has_single_bit(bytes)) return Error::protocol_error;
  pipes_[0].packet_bytes = bytes;
  memory_.write<u32>(input_at + 4, 1u << context::control_endpoint);
  write_endpoint(pipes_[0], context::type_control, 0, 0);
  (void)TRY(controller_->command({memory_.address(input_at).raw(), 0, trb::of(TrbType::evaluate_context) | slot_bits(slot_)}));
  return {};
}

void Device::release() {
  for (unsigned i = 0; i < max_endpoints; ++i) pipes_[i].ring.release();
  memory_.release();
  window_.release();
  slot_ = 0;
}

Result<Device::Pipe*> Device::find(u8 address) {
  for (unsigned i = 1; i < pipe_count_; ++i)
    if (pipes_[i].address == address) return &pipes_[i];
  return Error::invalid_parameter;
}

Result<> Device::open_endpoints(std::span<const usb::Endpoint> endpoints) {
  if (endpoints.size() > max_endpoints - pipe_count_) return Error::out_of_resources;
  u32 flags = 0;
  for (const usb::Endpoint& e : endpoints) {
    Pipe& pipe = pipes_[pipe_count_];
    const bool interrupt = e.transfer == usb::Transfer::interrupt;
    if (find(e.address) || (e.transfer != usb::Transfer::bulk && !(interrupt && e.in()))) return Error::unsupported;
    TRY(pipe.ring.allocate(controller_->pages(), controller_->dma_limit()));
    ++pipe_count_;
    pipe.address = e.address;
    pipe.index = index_of(e.address);
    pipe.packet_bytes = e.packet_bytes;
    write_endpoint(pipe, interrupt ? context::type_interrupt_in : e.in() ? context::type_bulk_in : context::type_bulk_out,
                   interrupt ? interval_of(speed_, e.interval) : 0, e.burst);
    flags |= 1u << pipe.index;
  }
  return configure(flags);
}

Result<> Device::configure(u32 flags) {
  memory_.write<u32>(input_at + 4, flags | 1u << context::slot);
  write_slot();
  (void)TRY(controller_->command({memory_.address(input_at).raw(), 0, trb::of(TrbType::configure_endpoint) | slot_bits(slot_)}));
  return {};
}

// Behind a hub: of the hub.
bool Device::present() const { return controller_->is_connected(root_port_); }

// [xhci §4.6.6]
Result<> Device::become_hub(u8 ports) {
  hub_ports_ = ports;
  return configure(0);
}

}  // namespace xhci

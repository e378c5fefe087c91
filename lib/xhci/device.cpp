// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/xhci/device.hpp"

#include <bit>

#include "lib/xhci/controller.hpp"
#include "lib/usb/bulk.hpp"

namespace xhci {
namespace {

constexpr u64 most_bytes = trb::most_bytes, report_bytes = 64;
constexpr u64 input_at = page_bytes, control_at = 2 * page_bytes, reports_at = 3 * page_bytes, memory_pages = 4;
constexpr unsigned most_hubs = 5, most_hub_ports = 15;
constexpr u8 request_get_descriptor = 6;
constexpr u16 device_descriptor = 1 << 8;

constexpr u32 slot_bits(u8 slot) { return static_cast<u32>(trb::slot::put(slot)); }

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

// At most two TRBs: a buffer of 64 KiB crosses at most one boundary.
void Device::queue(Pipe& pipe, const mem::DmaWindow::Piece& piece) {
  const u64 start = piece.address.raw(), room = trb::most_bytes - start % trb::most_bytes;
  constexpr u32 last = trb::of(TrbType::normal) | trb::interrupt_on_short | trb::interrupt_on_completion;
  pipe.bytes = piece.bytes;
  pipe.first_bytes = piece.bytes < room ? piece.bytes : room;
  pipe.first_moved = pipe.first_bytes;
  pipe.second_trb = 0;
  pipe.busy = true;
  pipe.done = false;
  if (pipe.first_bytes == pipe.bytes) {
    pipe.first_trb = pipe.ring.put({start, static_cast<u32>(pipe.bytes), last});
  } else {
    pipe.first_trb = pipe.ring.put({start, static_cast<u32>(pipe.first_bytes), trb::of(TrbType::normal) | trb::interrupt_on_short | trb::chain});
    pipe.second_trb = pipe.ring.put({start + pipe.first_bytes, static_cast<u32>(pipe.bytes - pipe.first_bytes), last});
  }
  controller_->ring_doorbell(slot_, pipe.index);
}

void Device::end(Pipe& p, u8 code, u64 moved) {
  p.busy = false;
  p.done = true;
  p.code = code;
  p.halted = code != trb::success && code != trb::short_packet;
  p.moved = moved;
}

// A transfer is over with its last TRB, or where it breaks: an error, or a packet of data that is shorter than could be,
// unless a status stage is still to come. Of a setup stage only its failure is told.
void Device::note(u8 index, u64 trb, u8 code, u64 residual) {
  for (unsigned i = 0; i < pipe_count_; ++i) {
    Pipe& p = pipes_[i];
    if (p.index != index || !p.busy || trb == 0) continue;
    if (trb == p.setup_trb) {
      if (code != trb::success) end(p, code == trb::short_packet ? u8{0} : code, 0);
      return;
    }
    if (trb != p.first_trb && trb != p.second_trb) continue;
    const bool last = !p.second_trb || trb == p.second_trb;
    const u64 asked = trb == p.first_trb ? p.first_bytes : p.bytes - p.first_bytes;
    // Nobody moves more than it was asked to.
    const u8 checked = residual <= asked ? code : u8{0};
    const u64 moved = residual <= asked ? asked - residual : 0;
    if (!last) p.first_moved = moved;
    const bool goes_on = checked == trb::success || (checked == trb::short_packet && !p.ends_when_short);
    if (!last && goes_on) return;
    end(p, checked, last && p.second_trb ? p.first_moved + moved : moved);
  }
}

// Gives a pipe a fresh beginning: behind what the controller has not done.
Result<> Device::halt(Pipe& pipe, bool running) {
  const u32 to = slot_bits(slot_) | static_cast<u32>(trb::endpoint::put(pipe.index));
  (void)TRY(controller_->command({.control = trb::of(running ? TrbType::stop_endpoint : TrbType::reset_endpoint) | to}));
  pipe.busy = pipe.halted = false;
  (void)TRY(controller_->command({pipe.ring.dequeue(), 0, trb::of(TrbType::set_dequeue) | to}));
  return {};
}

Result<u64> Device::finish(Pipe& pipe) {
  if (auto waited = controller_->wait(pipe.done); !waited) {
    // What is not stopped may still write to the caller's memory.
    if (waited.error() == Error::timeout && !halt(pipe, true)) controller_->quiet();
    return waited.error();
  }
  switch (pipe.code) {
    case trb::success:
    case trb::short_packet: return pipe.moved;
    case 0: return Error::protocol_error;
    default: return Error::device_error;
  }
}

// Setup, data if there is any, and status, which runs against the data [usb §8.5.3].
void Device::put_control(Pipe& pipe, const usb::Setup& setup) {
  const bool in = setup.request_type & usb::direction_in;
  u64 words;
  __builtin_memcpy(&words, &setup, sizeof words);
  const u32 stages = setup.length == 0 ? 0 : in ? trb::setup_has_in : trb::setup_has_out;
  pipe.setup_trb = pipe.ring.put({words, sizeof setup, trb::of(TrbType::setup_stage) | trb::immediate | stages});
  pipe.bytes = pipe.first_bytes = pipe.first_moved = setup.length;
  pipe.ends_when_short = false;
  if (setup.length)
    pipe.first_trb = pipe.ring.put({memory_.address(control_at).raw(), setup.length, trb::of(TrbType::data_stage) | (in ? trb::in : 0) | trb::interrupt_on_short});
  const u64 status = pipe.ring.put({0, 0, trb::of(TrbType::status_stage) | (in && setup.length ? 0 : trb::in) | trb::interrupt_on_completion});
  pipe.second_trb = setup.length ? status : 0;
  if (!setup.length) pipe.first_trb = status;
  pipe.busy = true;
  pipe.done = false;
}

Result<u64> Device::control(const usb::Setup& setup, std::span<u8> data) {
  Pipe& pipe = pipes_[0];
  const bool in = setup.request_type & usb::direction_in;
  if (data.size() < setup.length || setup.length > page_bytes) return Error::invalid_parameter;
  if (!in) memory_.copy_in(control_at, data.first(setup.length));
  put_control(pipe, setup);
  controller_->ring_doorbell(slot_, pipe.index);
  const auto moved = finish(pipe);
  if (moved && in) memory_.copy_out(control_at, data.first(*Result<u64>(moved)));
  if (!moved && moved.error() == Error::device_error) TRY(halt(pipe, false));
  return moved;
}

Result<u64> Device::move(Pipe& pipe, const mem::DmaWindow::Piece& piece) {
  queue(pipe, piece);
  return finish(pipe);
}

Result<u64> Device::bulk_in(u8 endpoint, std::span<u8> into) {
  Pipe& pipe = *TRY(find(endpoint));
  return usb::read_in_pieces(window_, into, most_bytes, pipe.packet_bytes, [&](const auto& piece) { return move(pipe, piece); });
}

Result<> Device::bulk_out(u8 endpoint, std::span<const u8> from) {
  Pipe& pipe = *TRY(find(endpoint));
  return usb::write_in_pieces(window_, from, most_bytes, pipe.packet_bytes, [&](const auto& piece) { return move(pipe, piece); });
}

// One transfer is always under way, into pages of its own: a report may come at any time.
Result<u64> Device::poll_interrupt(u8 endpoint, std::span<u8> into) {
  Pipe& pipe = *TRY(find(endpoint));
  const u64 wanted = pipe.packet_bytes < report_bytes ? pipe.packet_bytes : report_bytes;
  if (!pipe.busy && !pipe.done) queue(pipe, {memory_.address(reports_at), wanted});
  controller_->poll();
  if (!pipe.done) return Error::not_ready;
  const u8 code = pipe.code;
  const u64 moved = pipe.moved < into.size() ? pipe.moved : into.size();
  pipe.done = false;
  if (code != trb::success && code != trb::short_packet) return Error::device_error;
  memory_.copy_out(reports_at, into.first(moved));
  queue(pipe, {memory_.address(reports_at), wanted});
  return moved;
}

Result<> Device::restart(u8 endpoint) {
  Pipe& pipe = *TRY(find(endpoint));
  return pipe.halted ? halt(pipe, false) : Result<>();
}

}  // namespace xhci

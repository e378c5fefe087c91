// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/bulk.hpp"
#include "lib/xhci/controller.hpp"
#include "lib/xhci/device.hpp"

// What goes over a device's rings [xhci §4.11].
namespace xhci {
namespace {

constexpr u64 report_bytes = 64;

}  // namespace

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

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ehci/device.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/ehci/registers.hpp"
#include "lib/usb/bulk.hpp"

namespace ehci {
namespace {

constexpr u64 descriptors_at = 1_KiB, control_at = page_bytes, reports_at = 2 * page_bytes, memory_pages = 3;
constexpr unsigned most_pieces = 8, report_descriptor = 16;  // reports have one of their own
constexpr u64 most_bytes = most_pieces * qtd::most_bytes, report_bytes = 64;
constexpr u8 request_set_address = 5;
constexpr u64 setup_bytes = 8, setup_at = control_at + page_bytes - setup_bytes;

}  // namespace

u64 Device::queue_at(const Pipe& pipe) const { return static_cast<u64>(&pipe - pipes_) * queue_head::bytes; }
u64 Device::descriptor_at(unsigned index) const { return descriptors_at + index * qtd::bytes; }

void Device::write_queue(const Pipe& pipe) {
  const u64 at = queue_at(pipe);
  const bool control = &pipe == pipes_;
  const u32 characteristics = static_cast<u32>(queue_head::address::put(address_) | queue_head::endpoint::put(pipe.address & 0xf) |
                                               queue_head::speed::put(queue_head::high_speed) | queue_head::packet_bytes::put(pipe.packet_bytes));
  memory_.write<u32>(at + queue_head::characteristics, characteristics | (control ? queue_head::toggle_in_qtd : 0));
  memory_.write<u32>(at + queue_head::capabilities, static_cast<u32>(queue_head::multiplier::put(1)) | (pipe.polled ? queue_head::every_frame : 0));
  memory_.write<u32>(at + queue_head::overlay + qtd::next, link::terminate);
  memory_.write<u32>(at + queue_head::overlay + qtd::alternate, link::terminate);
  memory_.write<u32>(at + queue_head::overlay_token, 0);
}

void Device::write_descriptor(unsigned index, const Piece& piece, bool last) {
  const u64 at = descriptor_at(index), first_page = piece.address.align_down(page_bytes).raw();
  constexpr u32 three_errors = 3;
  memory_.write<u32>(at + qtd::next, last ? link::terminate : static_cast<u32>(memory_.address(descriptor_at(index + 1)).raw()));
  // A short packet ends the transfer.
  memory_.write<u32>(at + qtd::alternate, link::terminate);
  for (unsigned i = 0; i < qtd::buffer_count; ++i) {
    const u64 page = i == 0 ? piece.address.raw() : first_page + i * page_bytes;
    memory_.write<u32>(at + qtd::buffers + 4 * i, static_cast<u32>(page));
    memory_.write<u32>(at + qtd::buffers_high + 4 * i, 0);
  }
  memory_.write<u32>(at + qtd::token, static_cast<u32>(qtd::active | qtd::packet::put(piece.packet) | qtd::error_count::put(three_errors) |
                                                       qtd::total::put(piece.bytes)) | (piece.toggle ? qtd::toggle : 0));
}

// The overlay keeps the data toggle.
void Device::point_queue(const Pipe& pipe, unsigned index) {
  const u64 at = queue_at(pipe);
  const u32 toggle = memory_.read<u32>(at + queue_head::overlay_token) & qtd::toggle;
  memory_.write<u32>(at + queue_head::overlay + qtd::alternate, link::terminate);
  memory_.write<u32>(at + queue_head::overlay_token, toggle);
  memory_.write<u32>(at + queue_head::overlay + qtd::next, static_cast<u32>(memory_.address(descriptor_at(index)).raw()));
}

// What the pieces moved in all, the setup packet's not counted.
Result<u64> Device::transfer(Pipe& pipe, std::span<const Piece> pieces) {
  last_ = static_cast<unsigned>(pieces.size() - 1);
  for (unsigned i = 0; i <= last_; ++i) write_descriptor(i, pieces[i], i == last_);
  memory_.write<u32>(queue_at(pipe), static_cast<u32>(memory_.address(queue_at(pipe)).raw()) | link::queue_head);
  point_queue(pipe, 0);
  const auto ended = controller_->run(memory_.address(queue_at(pipe)), [](void* self) -> Result<bool> {
    auto& d = *static_cast<Device*>(self);
    for (unsigned i = 0; i <= d.last_; ++i) {
      const u32 token = d.memory_.read<u32>(d.descriptor_at(i) + qtd::token);
      if (token & qtd::halted) return Error::device_error;
      if (token & qtd::active) return false;
      if (qtd::packet::get(token) == qtd::in && qtd::total::get(token) != 0) return true;
    }
    return true;
  }, this);
  if (!ended) {
    write_queue(pipe);
    return ended.error();
  }
  u64 moved = 0;
  for (unsigned i = 0; i <= last_; ++i) {
    const u32 token = memory_.read<u32>(descriptor_at(i) + qtd::token);
    const u64 left = qtd::total::get(token);
    if (left > pieces[i].bytes) return Error::protocol_error;
    if (pieces[i].packet != qtd::setup) moved += pieces[i].bytes - left;
    if (left != 0) break;
  }
  return moved;
}

Result<> Device::open(Controller& controller, unsigned root_port) {
  controller_ = &controller;
  root_port_ = root_port;
  TRY(controller.reset_port(root_port));
  TRY(memory_.allocate(controller.pages(), memory_pages, Gpa(4_GiB)));
  window_.init(controller.pages(), Gpa(4_GiB), 1, most_bytes);
  pipe_count_ = 1;
  write_queue(pipes_[0]);
  const u8 address = controller.take_address();
  (void)TRY(control({0, request_set_address, address, 0, 0}, {}));
  address_ = address;
  write_queue(pipes_[0]);
  return {};
}

void Device::release() {
  memory_.release();
  window_.release();
}

Result<Device::Pipe*> Device::find(u8 address) {
  for (unsigned i = 1; i < pipe_count_; ++i)
    if (pipes_[i].address == address) return &pipes_[i];
  return Error::invalid_parameter;
}

Result<> Device::open_endpoints(std::span<const usb::Endpoint> endpoints) {
  if (endpoints.size() > max_endpoints - pipe_count_) return Error::out_of_resources;
  for (const usb::Endpoint& e : endpoints) {
    const bool interrupt = e.transfer == usb::Transfer::interrupt;
    if (find(e.address) || (e.transfer != usb::Transfer::bulk && !(interrupt && e.in()))) return Error::unsupported;
    Pipe& pipe = pipes_[pipe_count_++];
    pipe = {.address = e.address, .packet_bytes = e.packet_bytes, .polled = interrupt};
    write_queue(pipe);
    if (!interrupt) continue;
    memory_.write<u32>(queue_at(pipe), controller_->first_periodic());
    TRY(controller_->add_periodic(memory_.address(queue_at(pipe))));
  }
  return {};
}

Result<u64> Device::control(const usb::Setup& setup, std::span<u8> data) {
  const bool in = setup.request_type & usb::direction_in;
  if (data.size() < setup.length || setup.length > page_bytes - setup_bytes) return Error::invalid_parameter;
  memory_.copy_in(setup_at, {reinterpret_cast<const u8*>(&setup), sizeof setup});
  if (!in) memory_.copy_in(control_at, data.first(setup.length));
  Piece pieces[3] = {{qtd::setup, memory_.address(setup_at), setup_bytes, false}};
  unsigned count = 1;
  if (setup.length) pieces[count++] = {in ? qtd::in : qtd::out, memory_.address(control_at), setup.length, true};
  // A short answer ends the list; the status stage is then asked for on its own.
  if (!in || !setup.length) pieces[count++] = {qtd::in, memory_.address(control_at), 0, true};
  const u64 moved = TRY(transfer(pipes_[0], std::span(pieces).first(count)));
  if (!in || !setup.length) return moved;
  const Piece status{qtd::out, memory_.address(control_at), 0, true};
  (void)TRY(transfer(pipes_[0], {&status, 1}));
  memory_.copy_out(control_at, data.first(moved));
  return moved;
}

Result<u64> Device::move(Pipe& pipe, u8 packet, Gpa address, u64 bytes) {
  Piece pieces[most_pieces];
  unsigned count = 0;
  for (u64 at = 0; at < bytes; at += qtd::most_bytes) {
    const u64 left = bytes - at;
    pieces[count++] = {packet, address + at, left < qtd::most_bytes ? left : qtd::most_bytes, false};
  }
  return transfer(pipe, std::span(pieces).first(count));
}

Result<u64> Device::bulk_in(u8 endpoint, std::span<u8> into) {
  Pipe& pipe = *TRY(find(endpoint));
  return usb::read_in_pieces(window_, into, most_bytes, pipe.packet_bytes,
                             [&](const auto& piece) { return move(pipe, qtd::in, piece.address, piece.bytes); });
}

Result<> Device::bulk_out(u8 endpoint, std::span<const u8> from) {
  Pipe& pipe = *TRY(find(endpoint));
  return usb::write_in_pieces(window_, from, most_bytes, pipe.packet_bytes,
                              [&](const auto& piece) { return move(pipe, qtd::out, piece.address, piece.bytes); });
}

Result<u64> Device::poll_interrupt(u8 endpoint, std::span<u8> into) {
  Pipe& pipe = *TRY(find(endpoint));
  if (!pipe.polled) return Error::invalid_parameter;
  const u64 wanted = pipe.packet_bytes < report_bytes ? pipe.packet_bytes : report_bytes;
  const u64 at = descriptor_at(report_descriptor);
  const auto begin = [&] {
    write_descriptor(report_descriptor, {qtd::in, memory_.address(reports_at), wanted, false}, true);
    arch::fence();
    point_queue(pipe, report_descriptor);
    pipe.waiting = true;
  };
  if (!pipe.waiting) begin();
  const u32 token = memory_.read<u32>(at + qtd::token);
  if (token & qtd::active) return Error::not_ready;
  pipe.waiting = false;
  const u64 left = qtd::total::get(token);
  if ((token & qtd::halted) || left > wanted) return Error::device_error;
  const u64 moved = wanted - left < into.size() ? wanted - left : into.size();
  memory_.copy_out(reports_at, into.first(moved));
  begin();
  return moved;
}

// A queue that was halted begins with toggle zero, as the device does after CLEAR_FEATURE.
Result<> Device::restart(u8 endpoint) {
  write_queue(*TRY(find(endpoint)));
  return {};
}

}  // namespace ehci

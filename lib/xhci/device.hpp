// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/mem/dma_window.hpp"
#include "lib/usb/device.hpp"
#include "lib/xhci/ring.hpp"

namespace xhci {

class Controller;

// A device: its slot, its contexts, its endpoints with a ring each.
class Device final : public usb::Device {
 public:
  static constexpr unsigned max_endpoints = 4;  // the default one among them

  // Resets the port, takes a slot and gives the device an address. no_media: nothing is connected.
  Result<> open(Controller& controller, unsigned root_port);
  // At a port of a hub, counted from 1, that has been reset.
  Result<> open_behind(Device& hub, unsigned port, usb::Speed speed);
  // The controller has been stopped: memory goes back.
  void release();

  usb::Speed speed() const override { return speed_; }
  Result<u64> control(const usb::Setup& setup, std::span<u8> data) override;
  Result<> open_endpoints(std::span<const usb::Endpoint> endpoints) override;
  Result<u64> bulk_in(u8 endpoint, std::span<u8> into) override;
  Result<> bulk_out(u8 endpoint, std::span<const u8> from) override;
  Result<u64> poll_interrupt(u8 endpoint, std::span<u8> into) override;
  Result<> restart(u8 endpoint) override;
  Result<> become_hub(u8 ports) override;
  bool present() const override;

  u8 slot() const { return slot_; }
  // An event of an endpoint of ours.
  void note(u8 index, u64 trb, u8 code, u64 residual);

 private:
  struct Pipe {
    u8 address = 0;
    u8 index = 0;  // device context index
    u16 packet_bytes = 0;
    Ring ring;
    // The transfer under way: its TRBs and what was asked.
    u64 first_trb = 0, second_trb = 0, setup_trb = 0;
    u64 first_bytes = 0, bytes = 0;
    u64 first_moved = 0;
    bool ends_when_short = true;
    bool busy = false, done = false, halted = false;
    u8 code = 0;
    u64 moved = 0;
  };

  // A page each, the device context the first.
  static constexpr u64 input_at = page_bytes, control_at = 2 * page_bytes, reports_at = 3 * page_bytes, memory_pages = 4;
  static constexpr u64 most_bytes = trb::most_bytes;
  static constexpr u32 slot_bits(u8 slot) { return static_cast<u32>(trb::slot::put(slot)); }

  u64 context_at(u32 index) const;
  void write_endpoint(const Pipe& pipe, u8 type, u8 interval, u8 burst);
  void write_slot();
  Result<> take_slot();
  Result<> configure(u32 flags);
  Result<> set_packet_bytes();
  Result<Pipe*> find(u8 address);
  void queue(Pipe& pipe, const mem::DmaWindow::Piece& piece);
  void put_control(Pipe& pipe, const usb::Setup& setup);
  static void end(Pipe& pipe, u8 code, u64 moved);
  Result<u64> finish(Pipe& pipe);
  Result<u64> move(Pipe& pipe, const mem::DmaWindow::Piece& piece);
  Result<> halt(Pipe& pipe, bool running);

  Controller* controller_ = nullptr;
  unsigned root_port_ = 0, depth_ = 0;  // how many hubs are on the way
  u32 route_ = 0;                       // their ports, four bits each [usb3 §8.9]
  u8 translator_slot_ = 0, translator_port_ = 0, hub_ports_ = 0;
  usb::Speed speed_ = usb::Speed::full;
  u8 slot_ = 0;
  Pipe pipes_[max_endpoints];
  unsigned pipe_count_ = 0;
  mem::SharedPages memory_;
  mem::DmaWindow window_;
};

}  // namespace xhci

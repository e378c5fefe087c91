// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/ehci/controller.hpp"
#include "lib/mem/dma_window.hpp"
#include "lib/usb/device.hpp"

namespace ehci {

// A high-speed device at a root port: its address, and a queue for each endpoint.
class Device final : public usb::Device {
 public:
  static constexpr unsigned max_endpoints = 4;  // the default one among them

  // Resets the port and gives the device an address. no_media: nothing is connected.
  Result<> open(Controller& controller, unsigned root_port);
  // The controller has been stopped: memory goes back.
  void release();

  usb::Speed speed() const override { return usb::Speed::high; }
  Result<u64> control(const usb::Setup& setup, std::span<u8> data) override;
  Result<> open_endpoints(std::span<const usb::Endpoint> endpoints) override;
  Result<u64> bulk_in(u8 endpoint, std::span<u8> into) override;
  Result<> bulk_out(u8 endpoint, std::span<const u8> from) override;
  Result<u64> poll_interrupt(u8 endpoint, std::span<u8> into) override;
  Result<> restart(u8 endpoint) override;
  bool present() const override { return controller_->is_connected(root_port_); }

 private:
  struct Pipe {
    u8 address = 0;
    u16 packet_bytes = 64;
    bool polled = false;   // in the periodic schedule
    bool waiting = false;  // for a report
  };
  struct Piece {
    u8 packet;
    Gpa address;
    u64 bytes;
    bool toggle;  // of a control transfer's stage
  };

  u64 queue_at(const Pipe& pipe) const;
  u64 descriptor_at(unsigned index) const;
  Result<Pipe*> find(u8 address);
  void write_queue(const Pipe& pipe);
  void write_descriptor(unsigned index, const Piece& piece, bool last);
  void point_queue(const Pipe& pipe, unsigned index);
  Result<u64> transfer(Pipe& pipe, std::span<const Piece> pieces);
  Result<u64> move(Pipe& pipe, u8 packet, Gpa address, u64 bytes);

  Controller* controller_ = nullptr;
  unsigned root_port_ = 0;
  u8 address_ = 0;
  Pipe pipes_[max_endpoints];
  unsigned pipe_count_ = 0;
  unsigned last_ = 0;        // descriptor of the transfer under way
  mem::SharedPages memory_;  // queues and descriptors; data of control transfers; reports
  mem::DmaWindow window_;
};

}  // namespace ehci

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/ata/port.hpp"
#include "lib/base/patience.hpp"
#include "lib/mem/dma_window.hpp"
#include "lib/pci/topology.hpp"

namespace ide {

using namespace base;

// One of the two wires of an IDE controller, with up to two devices; polled.
class Channel {
 public:
  // Where the controller has its registers is in its class code: in BARs or where a PC always had them [bmide §2].
  // unsupported: no bus master, or nothing decodes them.
  Result<> open(const pci::Device& device, unsigned number, const mem::PageSource& source, Patience patience);
  // No memory is written from now on.
  void quiet();
  // Takes all memory back.
  void stop();
  // By the signature that it shows after its diagnostic.
  ata::Kind look(unsigned device);

  struct Data {
    Gpa address;
    u64 bytes = 0;
    bool to_memory = true;
  };
  Result<> identify(unsigned device, ata::Opcode opcode, std::span<u8> into);
  Result<> run(unsigned device, const ata::TaskFile& task, const Data& data);
  Result<> run_packet(unsigned device, std::span<const u8> packet, const Data& data);
  mem::DmaWindow& window() { return window_; }

 private:
  Result<> reset();
  u8 status() const;
  Result<u8> wait_idle() const;
  Result<u8> wait_request() const;
  void select(unsigned device, u8 bits) const;
  void send(unsigned device, const ata::TaskFile& task, u8 features) const;
  void prepare(const Data& data);
  Result<> finish(u8 opcode, const Data& data);
  Result<> give_up(u8 opcode);

  u16 command_ = 0, control_ = 0, bus_master_ = 0;
  Patience patience_{};
  mem::SharedPages table_;
  mem::DmaWindow window_;
  bool dead_ = true;
};

// One device of a channel.
class Port final : public ata::Port {
 public:
  void init(Channel& channel, unsigned device) { channel_ = &channel, device_ = device; }

  Result<> identify(ata::Opcode opcode, std::span<u8> into) override { return channel_->identify(device_, opcode, into); }
  Result<> execute(const ata::TaskFile& command) override { return channel_->run(device_, command, {}); }
  Result<u64> read(ata::TaskFile command, u8 shift, std::span<u8> into) override;
  Result<u64> write(ata::TaskFile command, u8 shift, std::span<const u8> from) override;
  Result<u64> packet_in(std::span<const u8> packet, std::span<u8> into) override;
  Result<u64> packet_out(std::span<const u8> packet, std::span<const u8> from) override;

 private:
  Channel* channel_ = nullptr;
  unsigned device_ = 0;
};

}  // namespace ide

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/mem/dma_window.hpp"
#include "lib/scsi/command.hpp"
#include "lib/virtio/transport.hpp"

namespace virtio {

// A virtio SCSI host [virtio §5.6]: one command at a time on its first request queue. As with Block, a device that does
// not answer is reset and set up again, or given up.
class ScsiHost {
 public:
  Result<> start(const pci::Device& device, const mem::PageSource& pages, Patiences patience);
  // The device gets no memory any more; nothing is freed.
  void quiet();
  void stop();

  Result<scsi::Answer> execute(u8 target, u16 lun, const scsi::Command& command);
  // Asks all addresses for a target, many at a time.
  struct Targets {
    u64 bits[4] = {};
    bool has(unsigned target) const { return bits[target / 64] >> target % 64 & 1; }
  };
  Result<Targets> find_targets();
  u16 last_target() const { return last_target_; }
  u64 most_bytes() const { return most_bytes_; }
  Result<> reset();

 private:
  Result<> set_up();
  Result<> read_limits();
  Result<u64> move(u8 target, u16 lun, const scsi::Command& command);
  Result<scsi::Answer> answer(u64 offered) const;
  Result<> ask(unsigned first, unsigned count);
  void write_request(unsigned slot, u8 target, u16 lun, const scsi::Cdb& cdb);
  Queue::Piece request_piece(unsigned slot) const;
  Queue::Piece response_piece(unsigned slot) const;
  Result<> lost(const char* what, Error why);

  const pci::Device* device_ = nullptr;
  const mem::PageSource* pages_ = nullptr;
  Patiences patience_{};
  Transport transport_;
  Queue queue_;
  mem::SharedPages control_;  // requests and responses, in slots
  mem::DmaWindow window_;
  u64 most_bytes_ = 0;
  u16 last_target_ = 0;
  bool dead_ = true;
};

class ScsiUnit : public scsi::LogicalUnit {
 public:
  ScsiUnit() = default;
  ScsiUnit(ScsiHost& host, u8 target, u16 lun) : host_(&host), target_(target), lun_(lun) {}
  Result<scsi::Answer> execute(const scsi::Command& command) override { return host_->execute(target_, lun_, command); }
  u64 most_bytes() const override { return host_->most_bytes(); }
  Result<> reset() override { return host_->reset(); }

 private:
  ScsiHost* host_ = nullptr;
  u8 target_ = 0;
  u16 lun_ = 0;
};

}  // namespace virtio

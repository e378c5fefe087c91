// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/mem/dma_window.hpp"
#include "lib/nvme/queue_pair.hpp"
#include "lib/pci/topology.hpp"

namespace nvme {

// An NVMe controller, polled, one command at a time.
class Controller {
 public:
  static constexpr u32 max_namespaces = 64;

  // Enables the controller and asks who it is. unsupported: not a controller that we can drive. The source stays.
  Result<> open(const pci::Device& device, const mem::PageSource& source, Patience patience);
  // The controller writes no memory from now on.
  void quiet();
  // Takes all memory back from the controller.
  Result<> stop();

  // The namespaces that exist, in ascending order; how many were written.
  Result<u32> list_namespaces(std::span<u32> into);
  // 4 KiB of what Identify tells.
  Result<> identify(u32 what, u32 namespace_id, std::span<u8> into);
  // Blocks of 1 << shift bytes. The controller is reset when it fails to answer, and the command is lost.
  Result<> read(u32 namespace_id, u8 shift, u64 lba, std::span<u8> into);
  Result<> write(u32 namespace_id, u8 shift, u64 lba, std::span<const u8> from);
  Result<> flush(u32 namespace_id);

 private:
  static constexpr u64 most_bytes = 1_MiB;  // of one command: its page list fills at most one page

  Result<> wait_ready(bool ready);
  Result<> start();
  Result<> disable();
  Result<> run(QueuePair& queue, const Command& command);
  void point_at(Command& command, const mem::DmaWindow::Piece& piece);
  static Command transfer(Opcode opcode, u32 namespace_id, u8 shift, u64 lba, u64 bytes);
  Gpa doorbell(u16 queue, bool completion) const;

  Gpa registers_;
  u64 register_bytes_ = 0;
  u64 capabilities_ = 0;
  Patience patience_{};
  QueuePair admin_, io_;
  mem::SharedPages page_list_;
  mem::SharedPages answer_;
  mem::DmaWindow window_;
  u32 namespace_count_ = 0;
  bool has_write_cache_ = false;
  bool dead_ = true;
};

}  // namespace nvme

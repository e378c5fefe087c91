// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/ata/port.hpp"
#include "lib/base/patience.hpp"
#include "lib/mem/dma_window.hpp"

namespace ahci {

using namespace base;

// One port of an AHCI host adapter, polled; only its first command slot is used.
class Port final : public ata::Port {
 public:
  // `below`: the first address that the adapter cannot reach. What is behind the port; none: nothing, or nothing that
  // came up in time.
  Result<ata::Kind> open(Gpa registers, Gpa below, const mem::PageSource& source, Patience patience);
  // The adapter writes none of this port's memory from now on.
  void quiet();
  // Takes all memory back from the adapter.
  Result<> stop();

  Result<> identify(ata::Opcode opcode, std::span<u8> into) override;
  Result<> execute(const ata::TaskFile& command) override;
  Result<u64> read(ata::TaskFile command, u8 shift, std::span<u8> into) override;
  Result<u64> write(ata::TaskFile command, u8 shift, std::span<const u8> from) override;
  Result<u64> packet_in(std::span<const u8> packet, std::span<u8> into) override;
  Result<u64> packet_out(std::span<const u8> packet, std::span<const u8> from) override;

 private:
  using Piece = mem::DmaWindow::Piece;
  enum class Direction : u8 { to_host, to_device };

  u32 get(u64 offset) const;
  void set(u64 offset, u32 value) const;
  Result<> wait_clear(u64 offset, u32 bits) const;
  Result<> stop_engine();
  Result<> start_engine();
  Result<> reset_link();
  Result<bool> detect();
  void fill(const ata::TaskFile& task, std::span<const u8> packet, const Piece& piece, Direction direction);
  Result<u64> issue(const ata::TaskFile& task, std::span<const u8> packet, const Piece& piece, Direction direction);
  Result<> issue_whole(const ata::TaskFile& task, const Piece& piece, Direction direction);

  Gpa registers_;
  Patience patience_{};
  mem::SharedPages structures_;
  mem::DmaWindow window_;
  bool dead_ = true;
};

}  // namespace ahci

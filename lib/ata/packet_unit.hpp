// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/ata/port.hpp"
#include "lib/scsi/command.hpp"

namespace ata {

// A device with the PACKET feature set, a CD-ROM drive as a rule, as a SCSI unit.
class PacketUnit final : public scsi::LogicalUnit {
 public:
  void init(Port& port) { port_ = &port; }
  Result<scsi::Answer> execute(const scsi::Command& command) override;
  u64 most_bytes() const override { return 128_KiB; }
  // A port that is not answered resets its device of its own accord.
  Result<> reset() override { return {}; }

 private:
  Result<u64> send(const scsi::Command& command);

  Port* port_ = nullptr;
};

}  // namespace ata

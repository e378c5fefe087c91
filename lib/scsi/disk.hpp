// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/patience.hpp"
#include "lib/block/device.hpp"
#include "lib/scsi/command.hpp"

namespace scsi {

// A disk or CD-ROM drive behind a logical unit [sbc3] [mmc6].
class Disk : public block::Device {
 public:
  // Asks who it is and what medium it has; an empty drive is fine. unsupported: it is no disk, or one we cannot use.
  // `patience`: with a unit that is busy or not ready yet.
  Result<> open(LogicalUnit& unit, Patience patience);
  // The unit has moved in memory.
  void attach(LogicalUnit& unit) { unit_ = &unit; }
  bool cdrom() const { return cdrom_; }

  const block::Geometry& geometry() const override { return geometry_; }
  Result<> read(u64 lba, std::span<u8> into) override;
  Result<> write(u64 lba, std::span<const u8> from) override;
  Result<> flush() override;
  Result<> look() override;
  Result<> reset() override;

 private:
  Result<> identify();
  Result<> find_medium();
  Result<> read_capacity();
  Result<bool> write_protected();
  Result<u64> run(const Command& command);
  Result<> judge(const Answer& answer);
  Result<> lose_medium(Error why);
  Result<> refused(u64 lba, Error why);
  u64 chunk(u64 bytes) const;

  LogicalUnit* unit_ = nullptr;
  Patience patience_{};
  block::Geometry geometry_;
  bool cdrom_ = false, opened_ = false;
};

}  // namespace scsi

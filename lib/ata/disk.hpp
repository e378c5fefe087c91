// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/ata/port.hpp"
#include "lib/block/device.hpp"

namespace ata {

// An ATA disk. Devices that know no DMA or no LBA are older than any that QEMU ever had.
class Disk final : public block::Device {
 public:
  Result<> open(Port& port);

  const block::Geometry& geometry() const override { return geometry_; }
  Result<> read(u64 lba, std::span<u8> into) override;
  Result<> write(u64 lba, std::span<const u8> from) override;
  Result<> flush() override;

  // The model's name without the spaces behind it.
  const char* model() const { return model_; }

 private:
  Port* port_ = nullptr;
  bool wide_ = false;  // 48-bit commands
  bool has_cache_ = false;
  u8 shift_ = 9;
  char model_[41] = {};
  block::Geometry geometry_;
};

}  // namespace ata

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/block/device.hpp"
#include "lib/nvme/controller.hpp"

namespace nvme {

// One namespace as a disk.
class Namespace final : public block::Device {
 public:
  // unsupported: metadata between the blocks, or blocks that no file system has.
  Result<> open(Controller& controller, u32 id);

  const block::Geometry& geometry() const override { return geometry_; }
  Result<> read(u64 lba, std::span<u8> into) override;
  Result<> write(u64 lba, std::span<const u8> from) override;
  Result<> flush() override { return controller_->flush(id_); }

  u32 id() const { return id_; }
  u64 eui64() const { return eui64_; }  // as it lies in memory; 0: none

 private:
  Controller* controller_ = nullptr;
  u32 id_ = 0;
  u8 shift_ = 0;
  u64 eui64_ = 0;
  block::Geometry geometry_;
};

}  // namespace nvme

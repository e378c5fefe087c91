// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/block/device.hpp"
#include "lib/efi/block_io.hpp"

namespace drivers {

using namespace base;

// The way back: a block::Device of whatever BlockIo a handle has, ours or somebody else's. It stays with the medium that
// was in the device at the beginning; with another one every call says media_changed.
class BlockIoDevice : public block::Device {
 public:
  // no_media; unsupported: blocks that nobody here works with.
  Result<> init(efi::BlockIo* io);

  const block::Geometry& geometry() const override { return geometry_; }
  Result<> read(u64 lba, std::span<u8> into) override;
  Result<> write(u64 lba, std::span<const u8> from) override;
  Result<> flush() override;
  u32 media_id() const { return media_id_; }

 private:
  bool aligned(const void* buffer) const { return reinterpret_cast<u64>(buffer) % alignment_ == 0; }

  efi::BlockIo* io_ = nullptr;
  u32 media_id_ = 0, alignment_ = 1;
  block::Geometry geometry_;
};

}  // namespace drivers

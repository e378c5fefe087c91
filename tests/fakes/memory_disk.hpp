// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <algorithm>
#include <vector>

#include "lib/block/device.hpp"

namespace fakes {

// A medium in memory that notes how it is asked.
class MemoryDisk : public block::Device {
 public:
  MemoryDisk(base::u32 block_bytes, std::vector<base::u8> image) : bytes(std::move(image)) {
    shape = {.block_bytes = block_bytes, .blocks = bytes.size() / block_bytes};
  }
  const block::Geometry& geometry() const override { return shape; }
  base::Result<> read(base::u64 lba, std::span<base::u8> into) override {
    ++reads;
    if (auto fits = block::check_range(shape, lba, into.size()); !fits) return fits;
    if (fail_at <= lba + into.size() / shape.block_bytes - 1) return base::Error::device_error;
    std::copy_n(bytes.begin() + static_cast<long>(lba * shape.block_bytes), into.size(), into.begin());
    return {};
  }
  base::Result<> write(base::u64 lba, std::span<const base::u8> from) override {
    ++writes;
    if (auto fits = block::check_range(shape, lba, from.size()); !fits) return fits;
    std::copy(from.begin(), from.end(), bytes.begin() + static_cast<long>(lba * shape.block_bytes));
    return {};
  }
  base::Result<> flush() override { return {}; }

  block::Geometry shape;
  std::vector<base::u8> bytes;
  base::u64 fail_at = ~0ull;  // this block and those behind it cannot be read
  unsigned reads = 0, writes = 0;
};

}  // namespace fakes

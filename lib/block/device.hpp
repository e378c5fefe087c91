// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"
#include "lib/base/types.hpp"

// A medium of equal blocks: what disk drivers give, and what partitions and file systems stand on.
namespace block {

using namespace base;

struct Geometry {
  u32 block_bytes = 512;  // a power of two, 512 to 4096 (2048: CD)
  u64 blocks = 0;
  bool read_only = false;
  bool removable = false;
};

// Every buffer is a whole number of blocks. A range that leaves the medium: invalid_parameter, and nothing is moved.
class Device {
 public:
  virtual const Geometry& geometry() const = 0;
  virtual Result<> read(u64 lba, std::span<u8> into) = 0;
  virtual Result<> write(u64 lba, std::span<const u8> from) = 0;
  // What was written is on the medium.
  virtual Result<> flush() = 0;

 protected:
  ~Device() = default;
};

}  // namespace block

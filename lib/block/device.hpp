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
  u64 blocks = 0;         // 0: no medium
  bool read_only = false;
  bool removable = false;
  bool partition = false;  // a part of another device

  bool operator==(const Geometry&) const = default;
};

inline constexpr u32 least_block_bytes = 512, most_block_bytes = 4096;
constexpr bool usable_block_bytes(u64 bytes) { return bytes >= least_block_bytes && bytes <= most_block_bytes && !(bytes & (bytes - 1)); }

// Every buffer is a whole number of blocks, anywhere in memory and as long as the caller likes: a driver cuts and bounces
// as its device needs. A range that leaves the medium: invalid_parameter, and nothing is moved.
class Device {
 public:
  virtual const Geometry& geometry() const = 0;
  virtual Result<> read(u64 lba, std::span<u8> into) = 0;
  virtual Result<> write(u64 lba, std::span<const u8> from) = 0;
  // What was written is on the medium.
  virtual Result<> flush() = 0;
  // Removable devices: media_changed: there is another medium, and geometry() is already its; no_media: there is none.
  // read() and write() say the same when they find out.
  virtual Result<> look() { return {}; }
  // The device from anew, after an error.
  virtual Result<> reset() { return {}; }

 protected:
  ~Device() = default;
};

// [lba, lba + bytes / block_bytes) on the medium: bad_buffer_size, invalid_parameter.
Result<> check_range(const Geometry& geometry, u64 lba, u64 bytes);

}  // namespace block

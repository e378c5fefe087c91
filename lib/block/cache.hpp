// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/block/device.hpp"

namespace block {

// The bytes of a Device, through a small cache that never holds anything back: a write is on its way to the device
// before write() returns, in the order of the calls.
//
// What the cache is for are tables, directories and the ragged ends of transfers: eight lines, 32 KiB in all, the
// longest unused one goes first. Whole blocks of large transfers pass it by in one request.
class Cache {
 public:
  static constexpr u32 line_bytes = most_block_bytes;

  Cache() {}  // the lines need no value
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  void attach(Device& device);
  Device& device() const { return *device_; }
  u64 size() const { return size_; }

  // A range that leaves the device: invalid_parameter.
  Result<> read(u64 offset, std::span<u8> into);
  Result<> write(u64 offset, std::span<const u8> from);
  Result<> write_zeros(u64 offset, u64 bytes);
  // Bytes of one line in place, until the next call.
  Result<const u8*> look(u64 offset, u32 bytes) {
    const u64 tag = offset / line_bytes, within = offset % line_bytes;
    if (tag == tags_[newest_] && within + bytes <= valid_[newest_]) [[likely]]
      return lines_[newest_] + within;
    return look_further(offset, bytes);
  }

 private:
  static constexpr unsigned line_count = 8;
  static constexpr u64 no_tag = ~0ull;

  Result<const u8*> look_further(u64 offset, u32 bytes);
  Result<unsigned> load(u64 tag);
  Result<> write_part(u64 offset, std::span<const u8> from);
  void refresh(u64 offset, std::span<const u8> from);
  bool contains(u64 offset, u64 bytes) const { return offset <= size_ && bytes <= size_ - offset; }

  Device* device_ = nullptr;
  u64 size_ = 0;
  u32 block_bytes_ = 0;
  unsigned newest_ = 0;
  u64 uses_ = 0;
  u64 tags_[line_count];
  u64 used_[line_count];
  u32 valid_[line_count];  // shorter than a line at the end of the device
  alignas(16) u8 lines_[line_count][line_bytes];
};

}  // namespace block

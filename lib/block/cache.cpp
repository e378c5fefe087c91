// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/block/cache.hpp"

#include <algorithm>

namespace block {

void Cache::attach(Device& device) {
  device_ = &device;
  block_bytes_ = device.geometry().block_bytes;
  const u64 blocks = device.geometry().blocks;
  // What no byte offset reaches does not exist.
  size_ = blocks > (1ull << 63) / block_bytes_ ? 1ull << 63 : blocks * block_bytes_;
  newest_ = 0;
  uses_ = 0;
  for (unsigned i = 0; i < line_count; ++i) {
    tags_[i] = no_tag;
    used_[i] = 0;
    valid_[i] = 0;
  }
}

Result<unsigned> Cache::load(u64 tag) {
  unsigned oldest = 0;
  for (unsigned i = 0; i < line_count; ++i) {
    if (tags_[i] == tag) {
      used_[i] = ++uses_;
      newest_ = i;
      return i;
    }
    if (used_[i] < used_[oldest]) oldest = i;
  }
  const u64 start = tag * line_bytes;
  const u64 bytes = std::min<u64>(line_bytes, size_ - start);
  tags_[oldest] = no_tag;
  TRY(device_->read(start / block_bytes_, {lines_[oldest], bytes}));
  tags_[oldest] = tag;
  valid_[oldest] = static_cast<u32>(bytes);
  used_[oldest] = ++uses_;
  newest_ = oldest;
  return oldest;
}

Result<const u8*> Cache::look_further(u64 offset, u32 bytes) {
  if (!contains(offset, bytes) || offset % line_bytes + bytes > line_bytes) return Error::invalid_parameter;
  return static_cast<const u8*>(lines_[TRY(load(offset / line_bytes))] + offset % line_bytes);
}

Result<> Cache::read(u64 offset, std::span<u8> into) {
  if (!contains(offset, into.size())) return Error::invalid_parameter;
  while (!into.empty()) {
    u64 n;
    if (offset % block_bytes_ == 0 && into.size() >= line_bytes) {
      n = into.size() & ~u64{block_bytes_ - 1};
      TRY(device_->read(offset / block_bytes_, into.first(n)));
    } else {
      const u64 within = offset % line_bytes;
      n = std::min<u64>(into.size(), line_bytes - within);
      __builtin_memcpy(into.data(), lines_[TRY(load(offset / line_bytes))] + within, n);
    }
    into = into.subspan(n);
    offset += n;
  }
  return {};
}

// Within one line.
Result<> Cache::write_part(u64 offset, std::span<const u8> from) {
  const unsigned line = TRY(load(offset / line_bytes));
  const u64 within = offset % line_bytes;
  __builtin_memcpy(lines_[line] + within, from.data(), from.size());
  const u64 first = within & ~u64{block_bytes_ - 1};
  const u64 end = (within + from.size() + block_bytes_ - 1) & ~u64{block_bytes_ - 1};
  const auto written = device_->write((offset - within + first) / block_bytes_, {lines_[line] + first, end - first});
  if (!written) tags_[line] = no_tag;  // nobody knows what the device has
  return written;
}

// What the cache has of blocks that were written past it.
void Cache::refresh(u64 offset, std::span<const u8> from) {
  for (unsigned i = 0; i < line_count; ++i) {
    if (tags_[i] == no_tag) continue;
    const u64 start = tags_[i] * line_bytes;
    const u64 low = std::max(start, offset), high = std::min(start + valid_[i], offset + from.size());
    if (low < high) __builtin_memcpy(lines_[i] + (low - start), from.data() + (low - offset), high - low);
  }
}

Result<> Cache::write(u64 offset, std::span<const u8> from) {
  if (!contains(offset, from.size())) return Error::invalid_parameter;
  while (!from.empty()) {
    u64 n;
    if (offset % block_bytes_ == 0 && from.size() >= block_bytes_) {
      n = from.size() & ~u64{block_bytes_ - 1};
      const auto written = device_->write(offset / block_bytes_, from.first(n));
      if (!written) {
        for (u64& tag : tags_) tag = no_tag;
        return written;
      }
      refresh(offset, from.first(n));
    } else {
      // Up to the end of the line, or of the block when whole ones follow.
      const u64 to_line = line_bytes - offset % line_bytes, to_block = block_bytes_ - offset % block_bytes_;
      n = std::min<u64>(from.size(), from.size() >= to_block + block_bytes_ ? to_block : to_line);
      TRY(write_part(offset, from.first(n)));
    }
    from = from.subspan(n);
    offset += n;
  }
  return {};
}

Result<> Cache::write_zeros(u64 offset, u64 bytes) {
  alignas(16) u8 zeros[line_bytes];
  __builtin_memset(zeros, 0, sizeof zeros);
  while (bytes) {
    const u64 n = std::min<u64>(bytes, sizeof zeros - offset % sizeof zeros);
    TRY(write(offset, {zeros, n}));
    offset += n;
    bytes -= n;
  }
  return {};
}

}  // namespace block

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/module/module.hpp"

namespace module {
namespace {

bool fits(u64 offset, u64 bytes, u64 total) { return offset <= total && bytes <= total - offset; }

const u8* bytes_of(const Header& header) { return reinterpret_cast<const u8*>(&header); }

}  // namespace

Result<const Header*> check(std::span<const u8> blob) {
  if (blob.size() < sizeof(Header)) return Error::volume_corrupted;
  const auto& header = *reinterpret_cast<const Header*>(blob.data());
  const u64 memory_bytes = u64{header.memory_pages} * page_bytes;
  if (header.magic != Header::magic_value || header.total_bytes != blob.size() || header.segment_count > Header::max_segments ||
      header.entry >= memory_bytes || !fits(header.relocation_offset, u64{header.relocation_count} * 4, blob.size()))
    return Error::volume_corrupted;
  for (unsigned i = 0; i < header.segment_count; ++i) {
    const Segment& s = header.segments[i];
    if (!fits(s.memory_offset, s.memory_bytes, memory_bytes) || !fits(s.file_offset, s.file_bytes, blob.size()) ||
        s.file_bytes > s.memory_bytes || s.memory_offset % page_bytes != 0)
      return Error::volume_corrupted;
  }
  return &header;
}

std::span<const u32> relocations(const Header& header) {
  return {reinterpret_cast<const u32*>(bytes_of(header) + header.relocation_offset), header.relocation_count};
}

Result<u64> load(const Header& header, Gpa base) {
  u8* memory = reinterpret_cast<u8*>(base.raw());
  for (unsigned i = 0; i < header.segment_count; ++i) {
    const Segment& s = header.segments[i];
    __builtin_memcpy(memory + s.memory_offset, bytes_of(header) + s.file_offset, s.file_bytes);
    __builtin_memset(memory + s.memory_offset + s.file_bytes, 0, s.memory_bytes - s.file_bytes);
  }
  const u64 last = u64{header.memory_pages} * page_bytes - sizeof(u64);
  for (u32 offset : relocations(header)) {
    if (offset > last) return Error::volume_corrupted;
    *reinterpret_cast<u64*>(memory + offset) += base.raw();
  }
  return base.raw() + header.entry;
}

}  // namespace module

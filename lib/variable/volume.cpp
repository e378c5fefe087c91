// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/variable/volume.hpp"

namespace variable {
namespace {

// An operating system's stack is small: nothing larger is kept on it.
constexpr u64 chunk_bytes = 256;
struct Chunk {
  u64 words[chunk_bytes / 8];
  std::span<u8> bytes() { return {reinterpret_cast<u8*>(words), chunk_bytes}; }
  bool operator==(const Chunk&) const = default;
};

constexpr u64 entry_bytes = sizeof(WriteHeader) + sizeof(WriteRecord);

constexpr Guid caller_guid = "3f4c9a3e-70f0-4b0e-9d0a-5a0b4c6d2e11"_guid;

bool all_ones(const Chunk& chunk) {
  for (const u64 word : chunk.words)
    if (word != ~0ull) return false;
  return true;
}

bool pending(const WriteHeader& header) {
  return !(header.state & WriteHeader::allocated_bit) && (header.state & WriteHeader::complete_bit);
}

}  // namespace

bool Volume::has_volume_header() {
  const auto header = get<VolumeHeader>(0);
  return header.signature == VolumeHeader::signature_value && header.file_system == VolumeHeader::variables &&
         header.length == geometry_.total && header.header_length == sizeof header && header.revision == 2 &&
         header.blocks == geometry_.total / block_bytes && header.block_length == block_bytes && header.sum() == 0;
}

Result<StoreHeader> Volume::store_header() {
  const auto header = get<StoreHeader>(store_offset);
  const bool sound = header.signature == StoreHeader::authenticated && header.format == StoreHeader::formatted &&
                     header.state == StoreHeader::healthy && header.size % record_alignment == 0 &&
                     header.size >= sizeof header && header.size <= geometry_.live() - store_offset;
  return sound ? Result<StoreHeader>(header) : Error::volume_corrupted;
}

u64 Volume::next_written_block(u64 offset) {
  for (u64 at = align_up(store_offset + offset, block_bytes); at < geometry_.live(); at += block_bytes)
    if (!chip_.erased(at, 16)) return at - store_offset;
  return 0;
}

// ---- The working block: a list of rewrites, of which only the last may be under way ----

bool Volume::has_working_block() {
  const auto header = get<WorkingHeader>(geometry_.working());
  const WorkingHeader sound = WorkingHeader::make();
  return __builtin_memcmp(&header, &sound, sizeof header) == 0;
}

// Where the last entry of the list begins, or may begin; 0 when the list makes no sense or has no room for one.
u64 Volume::last_write() {
  u64 at = geometry_.working() + sizeof(WorkingHeader);
  const u64 end = geometry_.working() + block_bytes;
  while (at + entry_bytes <= end) {
    const auto header = get<WriteHeader>(at);
    if (header.state & WriteHeader::complete_bit) return at;
    if (header.writes > block_bytes || header.private_bytes > block_bytes) return 0;
    at += sizeof header + header.writes * (sizeof(WriteRecord) + header.private_bytes);
  }
  return 0;
}

// Nothing may be under way. A cut in here leaves no valid header, which says the same.
Result<> Volume::format_working_block() {
  TRY(chip_.erase(geometry_.working()));
  return put(geometry_.working(), WorkingHeader::make());
}

// Enters a rewrite of the store's blocks into the list; returns where.
Result<u64> Volume::begin_write(u64 length) {
  u64 at = has_working_block() ? last_write() : 0;
  if (!at || !chip_.erased(at, geometry_.working() + block_bytes - at)) {
    TRY(format_working_block());
    at = geometry_.working() + sizeof(WorkingHeader);
  }
  WriteHeader header;
  __builtin_memset(&header, 0xff, sizeof header);
  header.caller = caller_guid;
  header.writes = 1;
  header.private_bytes = 0;
  WriteRecord record;
  __builtin_memset(&record, 0xff, sizeof record);
  record.block = 0;
  record.offset = store_offset;
  record.length = length;
  record.relative_offset = 0 - geometry_.spare();
  TRY(put(at, header));
  TRY(put(at + sizeof header, record));
  TRY(set_state(at, WriteHeader::allocated));
  TRY(set_state(at, WriteHeader::writes_allocated));
  return at;
}

// From the moment when the spare area holds all of it.
Result<> Volume::finish_write(u64 header, const Source& source) {
  TRY(make_blocks(0, source));
  TRY(set_state(header + sizeof(WriteHeader), WriteRecord::destination_complete));
  return set_state(header, WriteHeader::complete);
}

Result<Volume::Recovery> Volume::recover() {
  const u64 at = has_working_block() ? last_write() : 0;
  if (!at) return Recovery::none;
  const auto header = get<WriteHeader>(at);
  const auto record = get<WriteRecord>(at + sizeof header);
  const bool ready = !(record.state & WriteRecord::spare_bit) && (record.state & WriteRecord::destination_bit);
  if (!pending(header) || !ready || header.writes != 1 || header.private_bytes != 0) return Recovery::none;
  // Only a rewrite of the store is known, ours or edk2's.
  if (record.block != 0 || record.offset != store_offset || record.length != geometry_.live() - store_offset ||
      record.relative_offset != 0 - geometry_.spare())
    return Error::volume_corrupted;
  TRY(finish_write(at, {}));
  return Recovery::finished;
}

// ---- Whole blocks ----

// A chunk of the blocks' new contents.
void Volume::fill(const Source& source, u64 offset, std::span<u8> chunk) {
  if (!source.header) return chip_.read(geometry_.spare() + offset, chunk);
  static_assert(store_offset < chunk_bytes);
  __builtin_memset(chunk.data(), 0xff, chunk.size());
  const u64 head = offset == 0 ? store_offset : 0;
  if (head) __builtin_memcpy(chunk.data(), source.header, head);
  const u64 from = offset + head - store_offset;
  if (from >= source.store.size()) return;
  const u64 left = source.store.size() - from, room = chunk.size() - head;
  __builtin_memcpy(chunk.data() + head, source.store.data() + from, left < room ? left : room);
}

// The block at `to` becomes the source's at `offset`. What is so already costs no erasure.
Result<> Volume::make_block(u64 to, const Source& source, u64 offset) {
  Chunk wanted, present;
  bool same = true, blank = true;
  for (u64 at = 0; at < block_bytes && (same || blank); at += chunk_bytes) {
    fill(source, offset + at, wanted.bytes());
    chip_.read(to + at, present.bytes());
    same = same && wanted == present;
    blank = blank && all_ones(present);
  }
  if (same) return {};
  if (!blank) TRY(chip_.erase(to));
  for (u64 at = 0; at < block_bytes; at += chunk_bytes) {
    fill(source, offset + at, wanted.bytes());
    if (!all_ones(wanted)) TRY(chip_.program(to + at, wanted.bytes()));
  }
  return {};
}

Result<> Volume::make_blocks(u64 to, const Source& source) {
  for (u64 offset = 0; offset < geometry_.live(); offset += block_bytes) TRY(make_block(to + offset, source, offset));
  return {};
}

Result<> Volume::rewrite(std::span<const u8> store) {
  const auto header = get<VolumeHeader>(0);
  const Source source{reinterpret_cast<const u8*>(&header), store};
  const u64 write = TRY(begin_write(geometry_.live() - store_offset));
  TRY(make_blocks(geometry_.spare(), source));
  TRY(set_state(write + sizeof(WriteHeader), WriteRecord::spare_complete));
  return finish_write(write, source);
}

}  // namespace variable

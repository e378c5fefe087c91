// SPDX-License-Identifier: BSD-2-Clause-Patent
// Reads, writes and reads again every disk that the firmware can connect, and says what it saw, a line each; disks_test.cpp
// compares that with the images. Ends with "DISKS n: p passed, f failed".
#include "serial.hpp"

namespace {

struct BlockMedia {
  u32 id;
  Boolean removable, present, logical_partition, read_only, write_caching;
  u32 block_bytes, io_align;
  u64 last_block, lowest_aligned;
  u32 logical_per_physical, optimal_granularity;
};
struct BlockIo {
  u64 revision;
  BlockMedia* media;
  Status (*reset)(BlockIo*, Boolean);
  Status (*read)(BlockIo*, u32, u64, usize, void*);
  Status (*write)(BlockIo*, u32, u64, usize, const void*);
  Status (*flush)(BlockIo*);
};
constexpr Guid guid_block_io{0x964e5b21, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
constexpr Status bad_buffer_size = error_bit | 4, no_media = error_bit | 12, media_changed = error_bit | 13;

constexpr u64 buffer_bytes = 4 << 20, room = 4096;
constexpr u64 written_first = 16, written_blocks = 333;

SystemTable* table;
BootServices* boot;
unsigned passed, failed;
u8* buffer;

void check(bool good, const char* what) {
  if (good) {
    passed++;
    return;
  }
  failed++;
  put("FAIL ");
  put(what);
  put("\n");
}

void put_path(Handle handle) {
  DevicePath* path = nullptr;
  PathToText* to_text = nullptr;
  if (boot->handle_protocol(handle, &guid_device_path, &path) || boot->locate_protocol(&guid_path_to_text, nullptr, &to_text)) return put("?");
  Char* text = to_text->path(path, 0, 1);
  for (Char* c = text; c && *c; c++) put_byte(static_cast<char>(*c));
  boot->free_pool(text);
}

// What a written byte should be.
u8 pattern(u64 lba, u64 at) { return static_cast<u8>(lba * 31 + at * 7 + (at >> 8) + 1); }

u32 crc_of_disk(BlockIo* io) {
  const u64 block = io->media->block_bytes, blocks = io->media->last_block + 1;
  u32 sum = 0;
  for (u64 lba = 0; lba < blocks;) {
    const u64 count = blocks - lba < buffer_bytes / block ? blocks - lba : buffer_bytes / block;
    check(io->read(io, io->media->id, lba, count * block, buffer) == success, "read");
    u32 part = 0;
    boot->crc32(buffer, count * block, &part);
    sum = sum * 3 + part;
    lba += count;
  }
  return sum;
}

// The same blocks in other portions and into odd places.
void check_reading(BlockIo* io) {
  const u64 block = io->media->block_bytes, blocks = io->media->last_block + 1;
  const u64 count = blocks < 40 ? blocks : 40;
  u8* again = buffer + buffer_bytes / 2;
  check(io->read(io, io->media->id, 0, count * block, buffer) == success, "read a piece");
  constexpr u64 offsets[] = {0, 1, 2, 512, 4095};
  for (u64 offset : offsets) {
    bool same = true;
    for (u64 i = 0; i < count; i++) {
      check(io->read(io, io->media->id, i, block, again + offset) == success, "read a block");
      for (u64 j = 0; j < block; j++) same &= again[offset + j] == buffer[i * block + j];
    }
    check(same, "the same in other portions");
  }
  check(io->read(io, io->media->id, 0, 0, buffer) == success, "read nothing");
  check(io->read(io, io->media->id, 0, block, nullptr) == invalid_parameter, "no buffer");
  check(io->read(io, io->media->id, 0, block - 1, buffer) == bad_buffer_size, "part of a block");
  check(io->read(io, io->media->id, blocks, block, buffer) == invalid_parameter, "behind the end");
  check(io->read(io, io->media->id, blocks - 1, 2 * block, buffer) == invalid_parameter, "over the end");
  check(io->read(io, io->media->id, ~0ull, block, buffer) == invalid_parameter, "far behind the end");
  check(io->read(io, io->media->id + 1, 0, block, buffer) == media_changed, "another medium");
}

void check_writing(BlockIo* io) {
  const u64 block = io->media->block_bytes;
  if (io->media->read_only) {
    check(io->write(io, io->media->id, 0, block, buffer) == write_protected, "write protection");
    return;
  }
  if (io->media->last_block < written_first + written_blocks) return;
  for (u64 i = 0; i < written_blocks; i++)
    for (u64 j = 0; j < block; j++) buffer[room + i * block + j] = pattern(written_first + i, j);
  // In two portions, the second from an odd place.
  constexpr u64 half = 200;
  check(io->write(io, io->media->id, written_first, half * block, buffer + room) == success, "write");
  boot->copy(buffer + 1, buffer + room + half * block, (written_blocks - half) * block);
  check(io->write(io, io->media->id, written_first + half, (written_blocks - half) * block, buffer + 1) == success, "write from an odd place");
  check(io->flush(io) == success, "flush");
  boot->set(buffer, buffer_bytes, 0);
  check(io->read(io, io->media->id, written_first, written_blocks * block, buffer) == success, "read what was written");
  bool same = true;
  for (u64 i = 0; i < written_blocks; i++)
    for (u64 j = 0; j < block; j++) same &= buffer[i * block + j] == pattern(written_first + i, j);
  check(same, "what was written");
  check(io->reset(io, 1) == success, "reset");
  check(io->read(io, io->media->id, written_first, block, buffer) == success && buffer[3] == pattern(written_first, 3), "read after a reset");
}

void visit(Handle handle) {
  BlockIo* io = nullptr;
  if (boot->handle_protocol(handle, &guid_block_io, &io)) return;
  const BlockMedia& media = *io->media;
  put(media.logical_partition ? "partition " : "disk ");
  put_path(handle);
  put(" block=");
  put_number(media.block_bytes);
  put(" blocks=");
  put_number(media.present ? media.last_block + 1 : 0);
  put(media.read_only ? " ro" : " rw");
  put(media.removable ? " removable" : " fixed");
  if (!media.present) {
    put(" empty\n");
    check(io->read(io, media.id, 0, 512, buffer) == no_media, "no medium");
    return;
  }
  put(" crc=");
  put_number(crc_of_disk(io));
  put("\n");
  check_reading(io);
  if (!media.logical_partition) check_writing(io);
}

}  // namespace

extern "C" Status efi_main(Handle, SystemTable* system) {
  table = system;
  boot = system->boot;
  u64 address = 0;
  if (boot->allocate_pages(any_pages, loader_data, buffer_bytes / 4096 + 8, &address)) return out_of_resources;
  buffer = reinterpret_cast<u8*>(address);
  Handle* handles = nullptr;
  usize count = 0;
  boot->locate_handle_buffer(all_handles, nullptr, nullptr, &count, &handles);
  for (usize i = 0; i < count; i++) boot->connect(handles[i], nullptr, nullptr, 1);
  boot->free_pool(handles);
  count = 0;
  if (boot->locate_handle_buffer(by_protocol, &guid_block_io, nullptr, &count, &handles)) count = 0;
  for (usize i = 0; i < count; i++) visit(handles[i]);
  put("DISKS ");
  put_number(count);
  put(": ");
  put_number(passed);
  put(" passed, ");
  put_number(failed);
  put(" failed\n");
  table->runtime->reset(2, success, 0, nullptr);
  return success;
}

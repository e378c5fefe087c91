// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <algorithm>

#include "lib/base/crc32.hpp"
#include "lib/efi/partition_info.hpp"
#include "lib/partition/table.hpp"

namespace partition {
namespace {

// [uefi §5.3.2]
struct Header {
  static constexpr u64 efi_part = 0x5452'4150'2049'4645;
  u64 signature;
  u32 revision, header_bytes, header_crc, reserved;
  u64 my_lba, alternate_lba, first_usable, last_usable;
  Guid disk;
  u64 array_lba;
  u32 entries, entry_bytes, array_crc;
};
constexpr u32 least_header_bytes = 92;
static_assert(offsetof(Header, disk) == 56 && offsetof(Header, array_crc) == 88);

// [uefi §5.3.3]
struct Entry {
  Guid type, unique;
  u64 first, last;
  u64 attributes;
  u8 name[72];
};
static_assert(sizeof(Entry) == 128 && sizeof(Entry) == sizeof(Partition::entry));
constexpr u64 no_block_io = 1 << 1;

constexpr u64 primary_lba = 1;
constexpr u64 most_array_bytes = 1_MiB;

bool sound(const Header& h, const block::Geometry& g) {
  const u64 array_bytes = u64{h.entries} * h.entry_bytes;
  if (h.entry_bytes < sizeof(Entry) || h.entry_bytes > block::most_block_bytes || (h.entry_bytes & (h.entry_bytes - 1))) return false;
  if (array_bytes == 0 || array_bytes > most_array_bytes) return false;
  const u64 array_blocks = (array_bytes + g.block_bytes - 1) / g.block_bytes;
  if (h.array_lba <= primary_lba || h.array_lba >= g.blocks || array_blocks > g.blocks - h.array_lba) return false;
  return h.first_usable > primary_lba && h.last_usable < g.blocks && h.first_usable <= h.last_usable;
}

// Null: sound.
const char* fault_of(const Header& h, std::span<u8> block, u64 lba, const block::Geometry& g) {
  if (h.signature != Header::efi_part) return "has no signature";
  if (h.header_bytes < least_header_bytes || h.header_bytes > block.size()) return "has no sensible size";
  __builtin_memset(block.data() + offsetof(Header, header_crc), 0, sizeof h.header_crc);
  if (crc32(block.data(), h.header_bytes) != h.header_crc) return "has a wrong checksum";
  if (h.my_lba != lba) return "belongs elsewhere";
  return sound(h, g) ? nullptr : "says what cannot be";
}

Result<const char*> read_header(block::Device& disk, u64 lba, Header& h) {
  u8 raw[block::most_block_bytes];
  const block::Geometry& g = disk.geometry();
  const std::span<u8> block(raw, g.block_bytes);
  TRY(disk.read(lba, block));
  __builtin_memcpy(&h, raw, sizeof h);
  return fault_of(h, block, lba, g);
}

void take_entry(const block::Geometry& g, const Header& h, u32 number, const u8* raw, Table& table) {
  Entry e;
  __builtin_memcpy(&e, raw, sizeof e);
  if (e.type == Guid{} || (e.attributes & no_block_io)) return;
  if (e.first < h.first_usable || e.last > h.last_usable || e.first > e.last)
    return table.say("gpt: partition ", number, " lies outside of what the header allows and is left out");
  Partition p{.number = number, .first = e.first, .blocks = e.last - e.first + 1, .system = e.type == efi::efi_system_partition_guid, .signature = {}, .entry = {}};
  __builtin_memcpy(p.signature, &e.unique, sizeof p.signature);
  __builtin_memcpy(p.entry, raw, sizeof p.entry);
  table.add(g, p);
}

// False: its checksum is wrong.
Result<bool> read_array(block::Device& disk, const Header& h, Table& table) {
  u8 raw[block::most_block_bytes];
  const block::Geometry& g = disk.geometry();
  const u64 bytes = u64{h.entries} * h.entry_bytes;
  u32 crc = 0;
  u64 lba = h.array_lba;
  for (u64 done = 0; done < bytes; done += sizeof raw) {
    const u64 now = std::min<u64>(sizeof raw, bytes - done);
    const u64 blocks = (now + g.block_bytes - 1) / g.block_bytes;
    TRY(disk.read(lba, {raw, blocks * g.block_bytes}));
    lba += blocks;
    crc = crc32(raw, now, crc);
    for (u64 at = 0; at < now; at += h.entry_bytes)
      take_entry(g, h, static_cast<u32>((done + at) / h.entry_bytes + 1), raw + at, table);
  }
  return crc == h.array_crc;
}

// What cannot be read is as good as damaged.
bool use(block::Device& disk, u64 lba, Header& h, const char* which, Table& table) {
  const char* fault = read_header(disk, lba, h).value_or("cannot be read");
  if (!fault && !read_array(disk, h, table).value_or(false)) fault = "has a table that is damaged";
  if (fault) {
    table.count = 0;
    table.say("gpt: the ", which, " header ", fault);
  }
  return !fault;
}

}  // namespace

bool read_gpt(block::Device& disk, Table& table) {
  const u64 last = disk.geometry().blocks - 1;
  if (last <= primary_lba) return false;
  Header primary{}, backup{};
  if (use(disk, primary_lba, primary, "primary", table)) {
    table.scheme = Scheme::gpt;
    // Only its header is looked at: its table is not needed.
    const char* fault = "lies outside of the disk";
    if (primary.alternate_lba <= last) fault = read_header(disk, primary.alternate_lba, backup).value_or("cannot be read");
    if (!fault && backup.disk != primary.disk) fault = "is of another disk";
    if (fault) table.say("gpt: the backup header ", fault);
    return true;
  }
  if (!use(disk, last, backup, "backup", table)) return false;
  table.say("gpt: the backup is used");
  table.scheme = Scheme::gpt;
  return true;
}

}  // namespace partition

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/endian.hpp"
#include "lib/partition/table.hpp"

namespace partition {
namespace {

// [uefi §5.2.1]
struct [[gnu::packed]] Record {
  u8 boot_indicator, start_chs[3], type, end_chs[3];
  u32 start, blocks;
};
static_assert(sizeof(Record) == 16);
constexpr usize records_offset = 446, disk_signature_offset = 440, signature_offset = 510;
constexpr u16 signature = 0xaa55;
constexpr unsigned record_count = 4;
constexpr u8 type_protective = 0xee, type_efi_system = 0xef;
constexpr u32 first_logical = 5;

constexpr bool extended(u8 type) { return type == 0x05 || type == 0x0f || type == 0x85; }

struct Records {
  Record record[record_count];
};

// A boot sector of a file system ends with the same signature: what lies where the records would, tells.
bool read_records(std::span<const u8> block, Records& records) {
  if (load_le<u16>(block.data() + signature_offset) != signature) return false;
  __builtin_memcpy(&records, block.data() + records_offset, sizeof records);
  for (const Record& r : records.record)
    if (r.boot_indicator != 0 && r.boot_indicator != 0x80) return false;
  return true;
}

void take(const block::Geometry& g, u32 number, const Record& r, u64 first, const u8* disk_signature, Table& table) {
  Partition p{.number = number, .first = first, .blocks = r.blocks, .system = r.type == type_efi_system, .signature = {}, .entry = {}};
  __builtin_memcpy(p.signature, disk_signature, sizeof(u32));
  __builtin_memcpy(p.entry, &r, sizeof r);
  table.add(g, p);
}

// A chain of tables: each has a logical partition, whose start is counted from the table, and the next table, whose
// start is counted from the extended partition. It ends where a partition cannot be, or there is no room for more: so do
// circles.
Result<> read_logical(block::Device& disk, const Record& outer, const u8* disk_signature, Table& table) {
  const block::Geometry& g = disk.geometry();
  const u64 base = outer.start, end = base + outer.blocks;
  u64 at = base;
  u8 raw[block::most_block_bytes];
  for (u32 number = first_logical; number < first_logical + Table::most; ++number) {
    Records records;
    if (at >= g.blocks) break;
    TRY(disk.read(at, {raw, g.block_bytes}));
    if (!read_records({raw, g.block_bytes}, records)) break;
    const Record &logical = records.record[0], &link = records.record[1];
    if (logical.type != 0 && logical.blocks != 0 && !extended(logical.type)) {
      if (at + logical.start + logical.blocks > end) break;
      const unsigned before = table.count;
      take(g, number, logical, at + logical.start, disk_signature, table);
      if (table.count == before) break;
    }
    if (!extended(link.type) || link.start == 0) return {};
    at = base + link.start;
    if (at >= end) break;
  }
  table.say("mbr: the chain of logical partitions is broken");
  return {};
}

}  // namespace

bool is_protective(std::span<const u8> first_block) {
  Records records;
  if (!read_records(first_block, records)) return false;
  for (const Record& r : records.record)
    if (r.type == type_protective && r.start == 1) return true;
  return false;
}

Result<bool> read_mbr(block::Device& disk, std::span<const u8> first_block, Table& table) {
  Records records;
  if (!read_records(first_block, records)) return false;
  const u8* disk_signature = first_block.data() + disk_signature_offset;
  for (unsigned i = 0; i < record_count; ++i) {
    const Record& r = records.record[i];
    if (r.type == 0 || r.type == type_protective || r.blocks == 0 || extended(r.type)) continue;
    take(disk.geometry(), i + 1, r, r.start, disk_signature, table);
  }
  for (const Record& r : records.record)
    if (extended(r.type) && r.start != 0 && r.blocks != 0) TRY(read_logical(disk, r, disk_signature, table));
  if (table.count) table.scheme = Scheme::mbr;
  return table.count != 0;
}

}  // namespace partition

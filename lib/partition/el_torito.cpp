// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <algorithm>
#include <string_view>

#include "lib/base/endian.hpp"
#include "lib/block/bytes.hpp"
#include "lib/partition/table.hpp"

namespace partition {
namespace {

constexpr u64 sector_bytes = 2048, first_descriptor = 16;
constexpr unsigned most_descriptors = 64;
constexpr u8 type_boot = 0, type_primary = 1, type_end = 255;
constexpr std::string_view standard = "CD001", el_torito = "EL TORITO SPECIFICATION";
constexpr usize volume_blocks_offset = 80, catalog_offset = 71;

// The catalog: entries of 32 bytes, the first of which makes the words of its own add up to zero.
constexpr usize entry_bytes = 32;
constexpr u8 validation = 1, bootable = 0x88;
constexpr u16 key = 0xaa55;

using Sector = u8[sector_bytes];

bool text_at(const u8* at, std::string_view text) { return std::equal(text.begin(), text.end(), at); }

struct Volume {
  u32 catalog = 0;  // 0: none
  u32 sectors = 0;
};

Result<Volume> find_catalog(block::Device& disk, Sector& sector) {
  Volume volume;
  for (u64 i = 0; i < most_descriptors; ++i) {
    const auto read = block::read_bytes(disk, (first_descriptor + i) * sector_bytes, sector);
    // A medium too short for descriptors has none.
    if (!read && read.error() == Error::invalid_parameter) break;
    if (!read) return read.error();
    if (sector[0] == type_end || !text_at(sector + 1, standard)) break;
    if (sector[0] == type_primary) volume.sectors = load_le<u32>(sector + volume_blocks_offset);
    if (sector[0] == type_boot && text_at(sector + 7, el_torito) && !volume.catalog) volume.catalog = load_le<u32>(sector + catalog_offset);
  }
  return volume;
}

bool valid(const u8* entry) {
  u16 sum = 0;
  for (usize i = 0; i < entry_bytes; i += 2) sum = static_cast<u16>(sum + load_le<u16>(entry + i));
  return entry[0] == validation && load_le<u16>(entry + 30) == key && sum == 0;
}

// In sectors, as EDK II counts them; so that the device paths are the same. 0: up to the end of the volume.
u64 sectors_of(u8 media, u16 count) {
  constexpr u64 virtual_sectors = 4;  // of floppies and hard disks, in a sector
  switch (media & 0xf) {
    case 0:
      return count < 2 ? 0 : count;
    case 1:
      return 80 * 2 * 15 / virtual_sectors;
    case 2:
      return 80 * 2 * 18 / virtual_sectors;
    case 3:
      return 80 * 2 * 36 / virtual_sectors;
    default:
      return count < 2 ? 0 : (count + virtual_sectors - 1) / virtual_sectors;
  }
}

void take(const block::Geometry& g, const Volume& volume, u32 number, const u8* entry, Table& table) {
  const u64 start = load_le<u32>(entry + 8), all = g.blocks * g.block_bytes / sector_bytes;
  if (start == 0 || start >= all) return table.say("el torito: boot image ", number, " lies outside of the medium");
  const u64 end = volume.sectors > start && volume.sectors <= all ? volume.sectors : all;
  u64 sectors = sectors_of(entry[1], load_le<u16>(entry + 6));
  if (sectors == 0) sectors = end - start;
  const u64 ratio = sector_bytes / g.block_bytes;
  // Boot images may overlap, and one that goes to the end of the volume does: no Table::add().
  if (table.count == Table::most) return;
  const u64 blocks = std::min(sectors, all - start) * ratio;
  table.partitions[table.count++] = {.number = number, .first = start * ratio, .blocks = blocks, .system = false, .signature = {}, .entry = {}};
}

}  // namespace

Result<bool> read_el_torito(block::Device& disk, Table& table) {
  const block::Geometry& g = disk.geometry();
  if (g.block_bytes > sector_bytes) return false;
  Sector sector;
  const Volume volume = TRY(find_catalog(disk, sector));
  if (!volume.catalog) return false;
  if (auto read = block::read_bytes(disk, volume.catalog * sector_bytes, sector); !read || !valid(sector)) {
    table.say("el torito: the boot catalog is damaged");
    return false;
  }
  u32 number = 1;
  for (usize at = entry_bytes; at < sector_bytes; at += entry_bytes) {
    if (sector[at] != bootable) continue;
    // The default entry is number 0; without one the others begin at 1 just the same.
    const bool is_default = at == entry_bytes;
    take(g, volume, is_default ? 0 : number++, sector + at, table);
  }
  if (table.count) table.scheme = Scheme::el_torito;
  return table.count != 0;
}

}  // namespace partition

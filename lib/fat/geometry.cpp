// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fat/geometry.hpp"

#include <bit>

#include "lib/log/log.hpp"

namespace fat {
namespace {

Result<Geometry> refuse(const char* why) {
  log::warning("FAT: refused: ", why);
  return Error::volume_corrupted;
}

}  // namespace

bool looks_like_fat(const BootSector& b) {
  const bool jumps = (b.jump[0] == 0xeb && b.jump[2] == 0x90) || b.jump[0] == 0xe9;
  return b.signature == BootSector::valid_signature && jumps && std::has_single_bit(b.sector_bytes) && b.sector_bytes >= 512 &&
         b.sector_bytes <= 4096 && std::has_single_bit(b.sectors_per_cluster) && b.reserved_sectors != 0 && b.fats != 0 &&
         (b.media == 0xf0 || b.media >= 0xf8) && (b.sectors_16 != 0 || b.sectors_32 != 0);
}

namespace {

constexpr u32 max_fat12_clusters = 4084, max_fat16_clusters = 65524, max_fat32_clusters = 0x0fff'fff5;

// By the count of clusters [fat §3.5]; but a volume that has FAT32's fields is FAT32 however small, as formatters make
// such and every system reads them.
Result<Type> type_of(const BootSector& b, u64 clusters) {
  if (b.fat_sectors_16 == 0) return clusters <= max_fat32_clusters ? Result<Type>(Type::fat32) : Error::volume_corrupted;
  if (clusters > max_fat16_clusters) return Error::volume_corrupted;
  return clusters <= max_fat12_clusters ? Type::fat12 : Type::fat16;
}

u64 table_bytes(Type type, u32 clusters) {
  const u64 entries = u64{clusters} + first_cluster;
  switch (type) {
    case Type::fat12: return (entries * 3 + 1) / 2;
    case Type::fat16: return entries * 2;
    case Type::fat32: return entries * 4;
  }
  __builtin_unreachable();
}

Result<Geometry> add_fat32(const BootSector& b, Geometry g) {
  const auto& x = b.fat32;
  if (x.version != 0) return refuse("unknown version of FAT32");
  if (b.root_entries != 0) return refuse("a FAT32 with a fixed root directory");
  if (!g.valid(x.root_cluster)) return refuse("the root directory is outside the volume");
  g.root_cluster = x.root_cluster;
  if (fat32_flags::NotMirrored::get(x.flags)) {
    const u64 active = fat32_flags::ActiveFat::get(x.flags);
    if (active >= g.fats) return refuse("the active FAT does not exist");
    g.fat_offset += active * g.fat_bytes;
    g.fats = 1;
  }
  if (x.info_sector != 0 && x.info_sector < b.reserved_sectors) g.info_offset = u64{x.info_sector} * g.sector_bytes;
  if (x.backup_sector != 0 && x.backup_sector < b.reserved_sectors) g.backup_offset = u64{x.backup_sector} * g.sector_bytes;
  if (x.boot_signature == BootSector::extended) g.label_offset = offsetof(BootSector, fat32.label);
  return g;
}

}  // namespace

Result<Geometry> parse_boot_sector(const BootSector& b, u64 medium_bytes) {
  if (!looks_like_fat(b)) return Error::unsupported;
  Geometry g{};
  g.sector_bytes = b.sector_bytes;
  g.cluster_bytes = u32{b.sector_bytes} * b.sectors_per_cluster;
  g.fats = b.fats;
  g.fat_offset = u64{b.reserved_sectors} * g.sector_bytes;
  g.fat_bytes = u64{b.fat_sectors_16 ? b.fat_sectors_16 : b.fat32.fat_sectors} * g.sector_bytes;
  g.root_offset = g.fat_offset + g.fats * g.fat_bytes;
  g.root_entries = b.root_entries;
  const u64 root_bytes = (u64{b.root_entries} * sizeof(DirectoryEntry) + g.sector_bytes - 1) & ~u64{g.sector_bytes - 1};
  g.data_offset = g.root_offset + root_bytes;
  g.volume_bytes = u64{b.sectors_16 ? b.sectors_16 : b.sectors_32} * g.sector_bytes;
  if (g.volume_bytes > medium_bytes) return refuse("the volume is larger than its medium");
  if (g.fat_bytes == 0 || g.data_offset > g.volume_bytes) return refuse("the tables do not fit into the volume");
  const u64 clusters = (g.volume_bytes - g.data_offset) / g.cluster_bytes;
  const auto type = type_of(b, clusters);
  if (!type || clusters == 0) return refuse("impossible number of clusters");
  g.type = type.value_or(Type::fat32);
  g.clusters = static_cast<u32>(clusters);
  if (g.fat_bytes < table_bytes(g.type, g.clusters)) return refuse("the table is too short for the volume");
  if (g.type == Type::fat32) return add_fat32(b, g);
  if (g.root_entries == 0) return refuse("no root directory");
  if (b.fat16.boot_signature == BootSector::extended) g.label_offset = offsetof(BootSector, fat16.label);
  return g;
}

}  // namespace fat

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"
#include "lib/fat/wire.hpp"

namespace fat {

enum class Type : u8 { fat12, fat16, fat32 };

// Where everything is, in bytes from the start of the volume; checked: all of it lies on the medium.
struct Geometry {
  Type type;
  u32 sector_bytes;
  u32 cluster_bytes;
  u32 clusters;  // numbered from first_cluster on
  u32 fats;      // copies that are kept in step
  u64 fat_offset;
  u64 fat_bytes;  // of one copy
  u64 root_offset;  // FAT12 and FAT16
  u32 root_entries;
  u32 root_cluster;  // FAT32
  u64 data_offset;
  u64 info_offset;  // 0: none
  u64 volume_bytes;
  u32 label_offset;  // in the boot sector; 0: none
  u64 backup_offset;  // of the boot sector's copy; 0: none

  bool valid(u32 cluster) const { return cluster >= first_cluster && cluster - first_cluster < clusters; }
  u64 offset_of(u32 cluster) const { return data_offset + u64{cluster - first_cluster} * cluster_bytes; }
};

// Whether this is worth a closer look.
bool looks_like_fat(const BootSector& boot);
// unsupported: not a FAT volume, without a word; volume_corrupted: one that cannot be right.
Result<Geometry> parse_boot_sector(const BootSector& boot, u64 medium_bytes);

}  // namespace fat

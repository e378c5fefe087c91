// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstddef>

#include "lib/base/bits.hpp"
#include "lib/base/types.hpp"

// FAT on the disk [fat].
namespace fat {

using namespace base;

struct [[gnu::packed]] BootSector {
  u8 jump[3];
  char oem_name[8];
  u16 sector_bytes;
  u8 sectors_per_cluster;
  u16 reserved_sectors;
  u8 fats;
  u16 root_entries;  // 0 on FAT32
  u16 sectors_16;
  u8 media;
  u16 fat_sectors_16;  // 0 on FAT32
  u16 sectors_per_track;
  u16 heads;
  u32 hidden_sectors;
  u32 sectors_32;
  union {
    struct [[gnu::packed]] {
      u8 drive, reserved, boot_signature;
      u32 volume_id;
      char label[11];
      char type[8];
      u8 code[448];
    } fat16;
    struct [[gnu::packed]] {
      u32 fat_sectors;
      u16 flags;
      u16 version;
      u32 root_cluster;
      u16 info_sector;
      u16 backup_sector;
      u8 reserved_0[12];
      u8 drive, reserved_1, boot_signature;
      u32 volume_id;
      char label[11];
      char type[8];
      u8 code[420];
    } fat32;
  };
  u16 signature;

  static constexpr u16 valid_signature = 0xaa55;
  static constexpr u8 extended = 0x29;  // boot_signature: volume_id, label and type are there
};
static_assert(sizeof(BootSector) == 512 && offsetof(BootSector, fat16) == 36 && offsetof(BootSector, signature) == 510);
static_assert(offsetof(BootSector, fat16.label) == 43 && offsetof(BootSector, fat32.label) == 71);

namespace fat32_flags {
using ActiveFat = Bits<3, 0>;
using NotMirrored = Bits<7>;
}  // namespace fat32_flags

// FSInfo: hints, not truths.
struct [[gnu::packed]] InfoSector {
  u32 lead_signature;
  u8 reserved_0[480];
  u32 structure_signature;
  u32 free_clusters;
  u32 next_free;
  u8 reserved_1[12];
  u32 trail_signature;

  static constexpr u32 lead = 0x4161'5252, structure = 0x6141'7272, trail = 0xaa55'0000, unknown = 0xffff'ffff;
};
static_assert(sizeof(InfoSector) == 512 && offsetof(InfoSector, free_clusters) == 488);

namespace attribute {
inline constexpr u8 read_only = 0x01, hidden = 0x02, system = 0x04, volume_label = 0x08, directory = 0x10, archive = 0x20;
inline constexpr u8 long_name = 0x0f, long_name_mask = 0x3f;
}  // namespace attribute

struct [[gnu::packed]] DirectoryEntry {
  static constexpr u8 free = 0xe5, end = 0x00, kanji_e5 = 0x05;  // in name[0]
  static constexpr u8 lower_base = 0x08, lower_extension = 0x10;  // in case_flags

  u8 name[11];
  u8 attributes;
  u8 case_flags;
  u8 created_centiseconds;  // 0 to 199
  u16 created_time;
  u16 created_date;
  u16 accessed_date;
  u16 cluster_high;
  u16 modified_time;
  u16 modified_date;
  u16 cluster_low;
  u32 bytes;

  bool is_long_name() const { return (attributes & attribute::long_name_mask) == attribute::long_name; }
  bool is_label() const { return !is_long_name() && (attributes & attribute::volume_label) != 0; }
  u32 cluster() const { return u32{cluster_high} << 16 | cluster_low; }
  void set_cluster(u32 cluster) {
    cluster_high = static_cast<u16>(cluster >> 16);
    cluster_low = static_cast<u16>(cluster);
  }
};
static_assert(sizeof(DirectoryEntry) == 32 && offsetof(DirectoryEntry, bytes) == 28);

struct [[gnu::packed]] LongNameEntry {
  static constexpr u8 last = 0x40;
  static constexpr unsigned chars = 13;

  u8 ordinal;
  char16_t name_0[5];
  u8 attributes;
  u8 type;
  u8 checksum;
  char16_t name_1[6];
  u16 cluster;
  char16_t name_2[2];
};
static_assert(sizeof(LongNameEntry) == 32 && offsetof(LongNameEntry, name_2) == 28);

// Entries of the table, in FAT32's width; those of the narrower ones are widened.
inline constexpr u32 free_cluster = 0, first_cluster = 2, bad_cluster = 0x0fff'fff7, end_of_chain = 0x0fff'ffff;
constexpr bool is_end(u32 entry) { return entry > bad_cluster; }

inline constexpr u32 max_directory_entries = 65536;  // 2 MiB

}  // namespace fat

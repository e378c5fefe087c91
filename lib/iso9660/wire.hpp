// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstddef>

#include "lib/base/types.hpp"

// ISO 9660 on the disk [ecma-119], with Joliet's names and those of Rock Ridge [susp].
namespace iso9660 {

using namespace base;

inline constexpr u32 sector_bytes = 2048;
inline constexpr u32 first_descriptor = 16;  // sector
inline constexpr char identifier[] = {'C', 'D', '0', '0', '1'};

// Numbers are there in both orders; only this one is read.
struct [[gnu::packed]] BothU32 {
  u32 little, big;
};
struct [[gnu::packed]] BothU16 {
  u16 little, big;
};

struct [[gnu::packed]] DirectoryRecord {
  u8 length;
  u8 attribute_blocks;
  BothU32 extent;  // in logical blocks
  BothU32 bytes;
  u8 year, month, day, hour, minute, second;  // since 1900
  u8 zone;
  u8 flags;
  u8 unit_size, gap;
  BothU16 volume;
  u8 name_bytes;
  // then the name, a byte when its length is even, and the system use area

  static constexpr u8 hidden = 0x01, directory = 0x02, associated = 0x04, more_extents = 0x80;  // flags
};
static_assert(sizeof(DirectoryRecord) == 33 && offsetof(DirectoryRecord, flags) == 25 && offsetof(DirectoryRecord, name_bytes) == 32);

struct [[gnu::packed]] VolumeDescriptor {
  static constexpr u8 primary = 1, supplementary = 2, terminator = 255;

  u8 type;
  char identifier[5];
  u8 version;
  u8 flags;
  char system[32];
  u8 volume[32];
  u8 unused_0[8];
  BothU32 blocks;
  u8 escape_sequences[32];
  BothU16 set_size, sequence_number, block_bytes;
  u8 path_tables[24];
  DirectoryRecord root;
  u8 root_name;
  u8 rest[2048 - 190];
};
static_assert(sizeof(VolumeDescriptor) == 2048 && offsetof(VolumeDescriptor, block_bytes) == 128 && offsetof(VolumeDescriptor, root) == 156);

// Entries of a system use area.
struct [[gnu::packed]] SystemUse {
  u8 signature[2];
  u8 length;
  u8 version;

  bool is(const char (&name)[3]) const { return signature[0] == name[0] && signature[1] == name[1]; }
};
struct [[gnu::packed]] SystemUseIndicator {  // SP
  SystemUse header;
  u8 check[2];  // 0xbe 0xef
  u8 skip;
};
struct [[gnu::packed]] Continuation {  // CE
  SystemUse header;
  BothU32 block, offset, bytes;
};
struct [[gnu::packed]] AlternateName {  // NM, then the text
  SystemUse header;
  u8 flags;
};
struct [[gnu::packed]] ChildLink {  // CL
  SystemUse header;
  BothU32 block;
};
static_assert(sizeof(SystemUseIndicator) == 7 && sizeof(Continuation) == 28 && sizeof(ChildLink) == 12);

}  // namespace iso9660

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/crc32.hpp"
#include "lib/variable/format.hpp"

// The flash volume around a variable store, as OVMF lays it out and edk2 keeps it [facts §18]:
// the store's blocks, an event log nobody writes, one working block, and a spare area as large as all of these.
namespace variable {

inline constexpr u64 block_bytes = 0x1000;

struct Geometry {
  u64 total = 0;

  constexpr u64 spare() const { return total / 2; }
  constexpr u64 working() const { return spare() - block_bytes; }
  constexpr u64 live() const { return spare() - 2 * block_bytes; }  // bytes, from 0
};
inline constexpr u64 volume_bytes_4m = 0x8'4000, volume_bytes_2m = 0x2'0000;  // OVMF's two builds
static_assert(Geometry{volume_bytes_4m}.live() == 0x4'0000 && Geometry{volume_bytes_4m}.working() == 0x4'1000);
static_assert(Geometry{volume_bytes_2m}.live() == 0xe000 && Geometry{volume_bytes_2m}.spare() == 0x1'0000);

// EFI_FIRMWARE_VOLUME_HEADER with a block map of one entry [pi vol3 §3.2.1].
struct [[gnu::packed]] VolumeHeader {
  static constexpr Guid variables = "fff12b8d-7696-4c8b-a985-2747075b4f50"_guid;
  static constexpr u32 signature_value = 0x4856'465f;  // "_FVH"
  static constexpr u32 attributes_value = 0x4feff;     // as OVMF's

  u8 zero_vector[16] = {};
  Guid file_system = variables;
  u64 length;
  u32 signature = signature_value;
  u32 attributes = attributes_value;
  u16 header_length = 0x48;
  u16 checksum = 0;
  u16 ext_header_offset = 0;
  u8 reserved = 0;
  u8 revision = 2;
  u32 blocks;
  u32 block_length = block_bytes;
  u32 end[2] = {};

  u16 sum() const {
    u16 words[36], total = 0;
    __builtin_memcpy(words, this, sizeof words);
    for (const u16 word : words) total = static_cast<u16>(total + word);
    return total;
  }
  static VolumeHeader make(u64 total) {
    VolumeHeader header{.length = total, .blocks = static_cast<u32>(total / block_bytes)};
    header.checksum = static_cast<u16>(-header.sum());
    return header;
  }
};
static_assert(sizeof(VolumeHeader) == 0x48 && offsetof(VolumeHeader, checksum) == 0x32);

inline constexpr u64 store_offset = sizeof(VolumeHeader);

// EFI_FAULT_TOLERANT_WORKING_BLOCK_HEADER [edk2 MdeModulePkg/Include/Guid/SystemNvDataGuid.h]. The checksum is
// taken with itself and the state erased.
struct [[gnu::packed]] WorkingHeader {
  static constexpr u8 valid = 0xfe;

  Guid signature;
  u32 crc;
  u8 state;
  u8 reserved[3];
  u64 write_queue_size;

  static WorkingHeader make() {
    WorkingHeader header;
    __builtin_memset(&header, 0xff, sizeof header);
    header.signature = "9e58292b-7c68-497d-a0ce-6500fd9f1b95"_guid;
    header.write_queue_size = block_bytes - sizeof header;
    header.crc = crc32(&header, sizeof header);
    header.state = valid;
    return header;
  }
};
static_assert(sizeof(WorkingHeader) == 32 && offsetof(WorkingHeader, state) == 20);

// In the working block: what is being rewritten. States are bits that are cleared one after another.
struct WriteHeader {
  static constexpr u8 allocated = 0xfe, writes_allocated = 0xfc, complete = 0xf8;
  static constexpr u8 complete_bit = 0x04, allocated_bit = 0x01;

  u8 state;
  u8 reserved[3];
  Guid caller;
  u32 reserved2;
  u64 writes;
  u64 private_bytes;
};
static_assert(sizeof(WriteHeader) == 40 && offsetof(WriteHeader, writes) == 24);

struct WriteRecord {
  static constexpr u8 spare_complete = 0xfd, destination_complete = 0xf9;
  static constexpr u8 spare_bit = 0x02, destination_bit = 0x04;

  u8 state;
  u8 reserved[7];
  u64 block;
  u64 offset;  // in that block
  u64 length;
  u64 relative_offset;  // of the block, from the spare area
};
static_assert(sizeof(WriteRecord) == 40 && offsetof(WriteRecord, block) == 8);

}  // namespace variable

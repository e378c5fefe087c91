// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

struct BlockIoMedia {
  u32 media_id;
  Boolean removable_media;
  Boolean media_present;
  Boolean logical_partition;
  Boolean read_only;
  Boolean write_caching;
  u32 block_size;
  u32 io_align;  // 0 and 1: none
  Lba last_block;
  // Revision 2.
  Lba lowest_aligned_lba;
  u32 logical_blocks_per_physical_block;
  // Revision 3.
  u32 optimal_transfer_length_granularity;
};
static_assert(sizeof(BlockIoMedia) == 48 && offsetof(BlockIoMedia, block_size) == 12 &&
              offsetof(BlockIoMedia, last_block) == 24);

// EFI_BLOCK_IO_PROTOCOL [uefi §13.9].
struct BlockIo {
  static constexpr Guid guid = "964e5b21-6459-11d2-8e39-00a0c969723b"_guid;
  static constexpr u64 revision_2 = 0x0002'0001;
  static constexpr u64 revision_3 = 0x0002'001f;

  u64 revision;
  BlockIoMedia* media;
  Status(EFIAPI* reset)(BlockIo* self, Boolean extended);
  Status(EFIAPI* read_blocks)(BlockIo* self, u32 media_id, Lba lba, u64 buffer_size, void* buffer);
  Status(EFIAPI* write_blocks)(BlockIo* self, u32 media_id, Lba lba, u64 buffer_size, const void* buffer);
  Status(EFIAPI* flush_blocks)(BlockIo* self);
};
static_assert(sizeof(BlockIo) == 48);

struct BlockIo2Token {
  Event event;
  Status transaction_status;
};
static_assert(sizeof(BlockIo2Token) == 16);

// EFI_BLOCK_IO2_PROTOCOL [uefi §13.10].
struct BlockIo2 {
  static constexpr Guid guid = "a77b2472-e282-4e9f-a245-c2c0e27bbcc1"_guid;

  BlockIoMedia* media;
  Status(EFIAPI* reset)(BlockIo2* self, Boolean extended);
  Status(EFIAPI* read_blocks_ex)(BlockIo2* self, u32 media_id, Lba lba, BlockIo2Token* token, u64 buffer_size,
                                 void* buffer);
  Status(EFIAPI* write_blocks_ex)(BlockIo2* self, u32 media_id, Lba lba, BlockIo2Token* token, u64 buffer_size,
                                  const void* buffer);
  Status(EFIAPI* flush_blocks_ex)(BlockIo2* self, BlockIo2Token* token);
};
static_assert(sizeof(BlockIo2) == 40);

// EFI_DISK_IO_PROTOCOL [uefi §13.7].
struct DiskIo {
  static constexpr Guid guid = "ce345171-ba0b-11d2-8e4f-00a0c969723b"_guid;
  static constexpr u64 current_revision = 0x0001'0000;

  u64 revision;
  Status(EFIAPI* read_disk)(DiskIo* self, u32 media_id, u64 offset, u64 buffer_size, void* buffer);
  Status(EFIAPI* write_disk)(DiskIo* self, u32 media_id, u64 offset, u64 buffer_size, const void* buffer);
};
static_assert(sizeof(DiskIo) == 24);

}  // namespace efi

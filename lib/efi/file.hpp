// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"
#include "lib/efi/time.hpp"

namespace efi {

struct File;

// EFI_SIMPLE_FILE_SYSTEM_PROTOCOL [uefi §13.4].
struct SimpleFileSystem {
  static constexpr Guid guid = "964e5b22-6459-11d2-8e39-00a0c969723b"_guid;
  static constexpr u64 current_revision = 0x0001'0000;

  u64 revision;
  Status(EFIAPI* open_volume)(SimpleFileSystem* self, File** root);
};
static_assert(sizeof(SimpleFileSystem) == 16);

namespace file_mode {
inline constexpr u64 read = 1;
inline constexpr u64 write = 2;
inline constexpr u64 create = 1ull << 63;
}  // namespace file_mode

namespace file_attribute {
inline constexpr u64 read_only = 0x01;
inline constexpr u64 hidden = 0x02;
inline constexpr u64 system = 0x04;
inline constexpr u64 reserved = 0x08;
inline constexpr u64 directory = 0x10;
inline constexpr u64 archive = 0x20;
inline constexpr u64 valid = 0x37;
}  // namespace file_attribute

inline constexpr u64 file_position_end = ~0ull;

struct FileIoToken {
  Event event;
  Status status;
  u64 buffer_size;
  void* buffer;
};
static_assert(sizeof(FileIoToken) == 32);

// EFI_FILE_PROTOCOL, revision 2 [uefi §13.5].
struct File {
  static constexpr u64 revision_1 = 0x0001'0000;
  static constexpr u64 revision_2 = 0x0002'0000;

  u64 revision;
  Status(EFIAPI* open)(File* self, File** opened, const char16_t* name, u64 mode, u64 attributes);
  Status(EFIAPI* close)(File* self);
  Status(EFIAPI* delete_file)(File* self);
  Status(EFIAPI* read)(File* self, u64* buffer_size, void* buffer);
  Status(EFIAPI* write)(File* self, u64* buffer_size, const void* buffer);
  Status(EFIAPI* get_position)(File* self, u64* position);
  Status(EFIAPI* set_position)(File* self, u64 position);
  Status(EFIAPI* get_info)(File* self, const Guid* type, u64* buffer_size, void* buffer);
  Status(EFIAPI* set_info)(File* self, const Guid* type, u64 buffer_size, const void* buffer);
  Status(EFIAPI* flush)(File* self);
  Status(EFIAPI* open_ex)(File* self, File** opened, const char16_t* name, u64 mode, u64 attributes,
                          FileIoToken* token);
  Status(EFIAPI* read_ex)(File* self, FileIoToken* token);
  Status(EFIAPI* write_ex)(File* self, FileIoToken* token);
  Status(EFIAPI* flush_ex)(File* self, FileIoToken* token);
};
static_assert(sizeof(File) == 120 && offsetof(File, flush) == 80);

// EFI_FILE_INFO, then the NUL-terminated name.
struct FileInfo {
  static constexpr Guid guid = "09576e92-6d3f-11d2-8e39-00a0c969723b"_guid;

  u64 size;  // of this struct with its name
  u64 file_size;
  u64 physical_size;
  Time create_time;
  Time last_access_time;
  Time modification_time;
  u64 attribute;
};
static_assert(sizeof(FileInfo) == 80 && offsetof(FileInfo, attribute) == 72);

// EFI_FILE_SYSTEM_INFO, then the NUL-terminated volume label, which begins at byte 36.
struct [[gnu::packed]] FileSystemInfo {
  static constexpr Guid guid = "09576e93-6d3f-11d2-8e39-00a0c969723b"_guid;

  u64 size;
  Boolean read_only;
  u8 pad[7];
  u64 volume_size;
  u64 free_space;
  u32 block_size;
};
static_assert(sizeof(FileSystemInfo) == 36 && offsetof(FileSystemInfo, volume_size) == 16);

// EFI_FILE_SYSTEM_VOLUME_LABEL: only the NUL-terminated label.
inline constexpr Guid file_system_volume_label_guid = "db47d7d3-fe81-11d3-9a35-0090273fc14d"_guid;

}  // namespace efi

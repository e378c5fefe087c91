// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "efi.hpp"

// As much of files [uefi §13.5] as reading one takes.
struct File;
struct File {
  u64 revision;
  Status (*open)(File*, File**, const Char*, u64, u64);
  Status (*close)(File*);
  void* remove;
  Status (*read)(File*, usize*, void*);
};
struct FileSystem {
  u64 revision;
  Status (*open_volume)(FileSystem*, File**);
};
constexpr Guid guid_file_system{0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path.hpp"
#include "lib/efi/status.hpp"

namespace efi {

// EFI_LOAD_FILE_PROTOCOL [uefi §13.1]: picks what to boot.
struct LoadFile {
  static constexpr Guid guid = "56ec3091-954c-11d2-8e3f-00a0c969723b"_guid;
  Status(EFIAPI* load_file)(LoadFile* self, DevicePath* path, Boolean boot_policy, u64* buffer_size, void* buffer);
};

// EFI_LOAD_FILE2_PROTOCOL [uefi §13.2]: fetches exactly what the path names; BootPolicy must be false.
struct LoadFile2 {
  static constexpr Guid guid = "4006c0c1-fcb3-403e-996d-4a6c8724e06d"_guid;
  Status(EFIAPI* load_file)(LoadFile2* self, DevicePath* path, Boolean boot_policy, u64* buffer_size, void* buffer);
};
static_assert(sizeof(LoadFile) == 8 && sizeof(LoadFile2) == 8);

// The vendor media path on which Linux's stub looks for LoadFile2 of its initial RAM disk.
inline constexpr Guid linux_initrd_media_guid = "5568e427-68fc-4f3d-ac74-ca555231cc68"_guid;

}  // namespace efi

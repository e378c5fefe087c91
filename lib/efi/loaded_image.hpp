// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path.hpp"
#include "lib/efi/memory.hpp"
#include "lib/efi/status.hpp"

namespace efi {

struct SystemTable;

// EFI_LOADED_IMAGE_PROTOCOL [uefi §9.1].
struct LoadedImage {
  static constexpr Guid guid = "5b1b31a1-9562-11d2-8e3f-00a0c969723b"_guid;
  static constexpr u32 current_revision = 0x1000;

  u32 revision;
  Handle parent_handle;
  SystemTable* system_table;
  Handle device_handle;
  DevicePath* file_path;
  void* reserved;
  u32 load_options_size;
  void* load_options;
  void* image_base;
  u64 image_size;
  MemoryType image_code_type;
  MemoryType image_data_type;
  Status(EFIAPI* unload)(Handle image);
};
static_assert(sizeof(LoadedImage) == 96 && offsetof(LoadedImage, load_options) == 56 &&
              offsetof(LoadedImage, image_base) == 64 && offsetof(LoadedImage, unload) == 88);

}  // namespace efi

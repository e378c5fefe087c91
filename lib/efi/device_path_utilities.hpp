// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path.hpp"

namespace efi {

// EFI_DEVICE_PATH_UTILITIES_PROTOCOL [uefi §10.5].
struct DevicePathUtilities {
  static constexpr Guid guid = "0379be4e-d706-437d-b037-edb82fb772a4"_guid;

  u64(EFIAPI* get_device_path_size)(const DevicePath* path);
  DevicePath*(EFIAPI* duplicate_device_path)(const DevicePath* path);
  DevicePath*(EFIAPI* append_device_path)(const DevicePath* first, const DevicePath* second);
  DevicePath*(EFIAPI* append_device_node)(const DevicePath* path, const DevicePath* node);
  DevicePath*(EFIAPI* append_device_path_instance)(const DevicePath* path, const DevicePath* instance);
  DevicePath*(EFIAPI* get_next_device_path_instance)(DevicePath** instance, u64* size);
  Boolean(EFIAPI* is_device_path_multi_instance)(const DevicePath* path);
  DevicePath*(EFIAPI* create_device_node)(u8 type, u8 subtype, u16 length);
};
static_assert(sizeof(DevicePathUtilities) == 64);

// EFI_DEVICE_PATH_TO_TEXT_PROTOCOL [uefi §10.6.3].
struct DevicePathToText {
  static constexpr Guid guid = "8b843e20-8132-4852-90cc-551a4e4a7f1c"_guid;

  char16_t*(EFIAPI* convert_device_node_to_text)(const DevicePath* node, Boolean display_only, Boolean allow_shortcuts);
  char16_t*(EFIAPI* convert_device_path_to_text)(const DevicePath* path, Boolean display_only, Boolean allow_shortcuts);
};
static_assert(sizeof(DevicePathToText) == 16);

// EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL [uefi §10.6.4].
struct DevicePathFromText {
  static constexpr Guid guid = "05c99a21-c70f-4ad2-8a5f-35df3343f51e"_guid;

  DevicePath*(EFIAPI* convert_text_to_device_node)(const char16_t* text);
  DevicePath*(EFIAPI* convert_text_to_device_path)(const char16_t* text);
};
static_assert(sizeof(DevicePathFromText) == 16);

}  // namespace efi

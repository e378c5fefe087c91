// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path.hpp"
#include "lib/efi/status.hpp"

namespace efi {

// EFI_DRIVER_BINDING_PROTOCOL [uefi §11.1].
struct DriverBinding {
  static constexpr Guid guid = "18a031ab-b443-4d1a-a5c0-0c09261e9f71"_guid;

  Status(EFIAPI* supported)(DriverBinding* self, Handle controller, DevicePath* remaining);
  Status(EFIAPI* start)(DriverBinding* self, Handle controller, DevicePath* remaining);
  Status(EFIAPI* stop)(DriverBinding* self, Handle controller, u64 number_of_children, Handle* children);
  u32 version;
  Handle image_handle;
  Handle driver_binding_handle;
};
static_assert(sizeof(DriverBinding) == 48);

// EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL [uefi §11.3], which ConnectController asks first.
struct PlatformDriverOverride {
  static constexpr Guid guid = "6b30c738-a391-11d4-9a3b-0090273fc14d"_guid;

  Status(EFIAPI* get_driver)(PlatformDriverOverride* self, Handle controller, Handle* driver_image);
  Status(EFIAPI* get_driver_path)(PlatformDriverOverride* self, Handle controller, DevicePath** path);
  Status(EFIAPI* driver_loaded)(PlatformDriverOverride* self, Handle controller, DevicePath* path,
                                Handle driver_image);
};
static_assert(sizeof(PlatformDriverOverride) == 24);

// EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL [uefi §11.4]: drivers out of an option ROM.
struct BusSpecificDriverOverride {
  static constexpr Guid guid = "3bc1b285-8a15-4a82-aabf-4d7d13fb3265"_guid;

  Status(EFIAPI* get_driver)(BusSpecificDriverOverride* self, Handle* driver_image);
};
static_assert(sizeof(BusSpecificDriverOverride) == 8);

// EFI_COMPONENT_NAME2_PROTOCOL [uefi §11.6].
struct ComponentName2 {
  static constexpr Guid guid = "6a7a5cff-e8d9-4f70-bada-75ab3025ce14"_guid;
  static constexpr Guid version_1_guid = "107a772c-d5e1-11d4-9a46-0090273fc14d"_guid;

  Status(EFIAPI* get_driver_name)(ComponentName2* self, const char* language, char16_t** name);
  Status(EFIAPI* get_controller_name)(ComponentName2* self, Handle controller, Handle child, const char* language,
                                      char16_t** name);
  const char* supported_languages;
};
static_assert(sizeof(ComponentName2) == 24);

}  // namespace efi

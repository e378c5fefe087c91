// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/base/list.hpp"
#include "lib/base/result.hpp"
#include "lib/efi/loaded_image.hpp"
#include "lib/efi/system_table.hpp"

namespace core {

using namespace base;

// An image handle: what LoadImage makes [uefi §7.4].
struct Image : ListNode<Image> {
  efi::LoadedImage protocol;
  efi::Handle handle;
  efi::DevicePath* device_path;  // full path, or null
  PageRange pages;
  efi::ImageEntryPoint entry;
  bool driver, nx_compatible, started;
  u64 escape_point;
  Image* caller;  // the image that runs below this one
  efi::Status exit_status;
  u64 exit_data_size;
  char16_t* exit_data;
};

efi::Status EFIAPI load_image(efi::Boolean boot_policy, efi::Handle parent, efi::DevicePath* path, void* source, u64 source_size,
                              efi::Handle* image);
efi::Status EFIAPI start_image(efi::Handle image, u64* exit_data_size, char16_t** exit_data);
efi::Status EFIAPI exit_image(efi::Handle image, efi::Status status, u64 exit_data_size, char16_t* exit_data);
efi::Status EFIAPI unload_image(efi::Handle image);

// The firmware as an image, so that there is a parent for the first one.
void init_images(efi::SystemTable& table, PageRange dxe_image);
efi::Handle firmware_image();
List<Image>& all_images();

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"
#include "lib/efi/device_path.hpp"
#include "lib/efi/types.hpp"

namespace core {

using namespace base;

// A file fetched into boot-services pool; freed by its owner.
struct FetchedFile {
  std::span<u8> bytes;
  efi::Handle device;             // null when only a path was given
  efi::DevicePath* rest_of_path;  // behind the device
};

// Reads what a device path names: by SimpleFileSystem, then LoadFile2 (never for a boot policy), then LoadFile
// [uefi §7.4.1]. not_found: no device on the path serves files.
Result<FetchedFile> fetch_file(efi::DevicePath* path, bool boot_policy);

}  // namespace core

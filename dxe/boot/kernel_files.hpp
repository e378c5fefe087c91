// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/boot/kernel_blobs.hpp"
#include "lib/efi/device_path_nodes.hpp"

namespace boot {

// A read-only file system that holds what QEMU was given: \\kernel, \\initrd, \\cmdline, as OVMF has it.
inline constexpr efi::Guid kernel_files_guid = "1428f772-b64a-441e-b8c3-9ebdd7f893c7"_guid;

struct [[gnu::packed]] KernelFilePath {
  efi::media_path::Vendor vendor;
  efi::media_path::FilePath file;
  char16_t name[7];
  efi::DevicePath end;
};
KernelFilePath& kernel_path();

efi::Handle install_kernel_files(const KernelBlobs& blobs);

}  // namespace boot

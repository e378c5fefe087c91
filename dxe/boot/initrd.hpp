// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/boot/kernel_blobs.hpp"
#include "lib/efi/load_file.hpp"

namespace boot {

// LoadFile2 on LINUX_EFI_INITRD_MEDIA_GUID, where Linux's stub looks for its initial RAM disk.
class Initrd : public efi::LoadFile2 {
 public:
  using Protocol = efi::LoadFile2;
  // Installs the protocol; does nothing when there is no initrd.
  void init(const KernelBlobs& blobs);
  Result<> load(efi::DevicePath* path, efi::Boolean boot_policy, u64* buffer_size, void* buffer);

 private:
  u32 bytes_ = 0;
};

}  // namespace boot

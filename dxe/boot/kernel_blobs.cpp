// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/kernel_blobs.hpp"

#include "lib/fw_cfg/fw_cfg.hpp"

namespace boot {

using fw_cfg::Key;

KernelBlobs find_kernel_blobs() {
  KernelBlobs blobs;
  blobs.kernel_bytes = fw_cfg::read_u32(Key::kernel_size);
  if (!blobs.kernel_bytes) return blobs;
  blobs.setup_bytes = fw_cfg::read_u32(Key::setup_size);
  blobs.initrd_bytes = fw_cfg::read_u32(Key::initrd_size);
  blobs.cmdline_bytes = fw_cfg::read_u32(Key::cmdline_size);
  return blobs;
}

void read_image(const KernelBlobs& blobs, std::span<u8> into) {
  fw_cfg::read(Key::setup_data, into.first(blobs.setup_bytes));
  fw_cfg::read(Key::kernel_data, into.subspan(blobs.setup_bytes));
}
void read_initrd(std::span<u8> into) { fw_cfg::read(Key::initrd_data, into); }
void read_cmdline(std::span<u8> into) { fw_cfg::read(Key::cmdline_data, into); }

}  // namespace boot

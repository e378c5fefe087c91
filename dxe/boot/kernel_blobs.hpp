// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"

namespace boot {

using namespace base;

// What `-kernel`, `-initrd` and `-append` put into fw_cfg. QEMU splits a kernel into its real-mode part and the
// rest, which is empty when the file is no longer than that; the image that a loader sees is both in a row.
struct KernelBlobs {
  u32 setup_bytes = 0, kernel_bytes = 0, initrd_bytes = 0, cmdline_bytes = 0;
  u64 image_bytes() const { return u64{setup_bytes} + kernel_bytes; }
  bool present() const { return image_bytes() != 0; }
};

KernelBlobs find_kernel_blobs();

// Are the blobs held against hashes that the launch measured? Then each read ends in termination when what the host
// delivered is not what was measured; the copy that was read is the copy that is checked.
bool blobs_are_verified();

// `into` has exactly the blob's size.
void read_image(const KernelBlobs& blobs, std::span<u8> into);
void read_initrd(std::span<u8> into);
void read_cmdline(std::span<u8> into);

}  // namespace boot

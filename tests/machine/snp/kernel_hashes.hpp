// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace snp {

using namespace base;

// What QEMU's kernel-hashes=on puts into the launch: hashes of kernel, initrd and command line as fw_cfg serves them
// [qemu target/i386/sev.c, sev_add_kernel_loader_hashes]. Writes 176 bytes.
void write_kernel_hashes(u8* to);

}  // namespace snp

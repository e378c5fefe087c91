// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/guid.hpp"
#include "lib/base/result.hpp"
#include "lib/crypto/sha256.hpp"

namespace crypto {

// The measured hashes of kernel, initrd and command line that QEMU's kernel-hashes=on puts into the launch
// [qemu target/i386/sev.c, facts §11].
struct KernelHashes {
  Sha256Digest command_line, initrd, kernel;
};

// not_found: there is no table. volume_corrupted: it is malformed, or lacks one of the three.
Result<KernelHashes> parse_kernel_hashes(std::span<const u8> area);

}  // namespace crypto

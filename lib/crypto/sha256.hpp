// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <array>
#include <span>

#include "lib/base/types.hpp"

namespace crypto {

using namespace base;

using Sha256Digest = std::array<u8, 32>;

// SHA-256 [fips180-4 §6.2]. Ours, because Debian's BearSSL is built for a C library: its functions read a stack canary
// through FS, which in this firmware belongs to nobody.
Sha256Digest sha256(std::span<const u8> bytes);

}  // namespace crypto

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace base {

// CRC-32 of IEEE 802.3, as UEFI tables, GPT and CalculateCrc32 use it [uefi §4.2].
// `before`: the sum of what precedes the data.
u32 crc32(const void* data, usize bytes, u32 before = 0);

}  // namespace base

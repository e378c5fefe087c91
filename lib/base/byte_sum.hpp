// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/types.hpp"

namespace base {

// The checksum of firmware tables, whose bytes add up to zero.
u8 byte_sum(std::span<const u8> bytes);

}  // namespace base

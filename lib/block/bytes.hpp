// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/block/device.hpp"

// Reading and writing at any byte of a medium. Whole blocks go straight to and from the caller's buffer.
namespace block {

// invalid_parameter: the range leaves the medium.
Result<> read_bytes(Device& device, u64 offset, std::span<u8> into);
// Blocks that are written in part are read first.
Result<> write_bytes(Device& device, u64 offset, std::span<const u8> from);

}  // namespace block

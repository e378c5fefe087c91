// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/block/device.hpp"

namespace block {

Result<> check_range(const Geometry& g, u64 lba, u64 bytes) {
  if (bytes % g.block_bytes != 0) return Error::bad_buffer_size;
  if (lba >= g.blocks && (lba > g.blocks || bytes != 0)) return Error::invalid_parameter;
  return bytes / g.block_bytes <= g.blocks - lba ? Result<>() : Error::invalid_parameter;
}

}  // namespace block

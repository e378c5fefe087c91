// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdlib>

#include "lib/file_system/volume.hpp"

namespace fakes {

// Blocks that a volume took and has not given back.
inline unsigned live_blocks = 0;

inline constexpr file_system::Surroundings surroundings = {
    [](base::u64 bytes) -> base::Result<void*> {
      ++live_blocks;
      return std::malloc(bytes);
    },
    [](void* block) {
      --live_blocks;
      std::free(block);
    },
    [] { return rtc::Moment{2026, 11, 21, 10, 30, 41}; },
};

}  // namespace fakes

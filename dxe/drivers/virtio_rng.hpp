// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/rng.hpp"

namespace drivers {

// Starts the first virtio-rng device; null when there is none that works. After init_chipset() and the clock.
RandomSource start_virtio_rng();

}  // namespace drivers

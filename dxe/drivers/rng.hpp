// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"

namespace drivers {

using namespace base;

// A source of random bytes beside RDRAND; device_error: it gave none.
using RandomSource = Result<> (*)(std::span<u8> into);

// EFI_RNG_PROTOCOL [uefi §37.5] from RDRAND and `device` (virtio-rng, or null), mixed when both are there. Without
// either, the protocol is absent: no randomness is better than a bad one.
void install_rng(RandomSource device);

}  // namespace drivers

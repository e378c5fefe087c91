// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/host/layout.hpp"

namespace host {

const Parameters& parameters();
// Zeroed memory of the host's own, for ever.
void* pool_take(u64 bytes);
template <class T>
T* pool_array(u64 count) {
  return static_cast<T*>(pool_take(count * sizeof(T)));
}

}  // namespace host

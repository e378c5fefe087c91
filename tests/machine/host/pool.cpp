// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/host/pool.hpp"

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

namespace host {

namespace {
u64 used = 0;
}

const Parameters& parameters() { return *reinterpret_cast<const Parameters*>(parameters_base); }

// QEMU's RAM starts as zeros.
void* pool_take(u64 bytes) {
  const u64 size = align_up<u64>(bytes, 4096);
  const u64 at = pool_base(parameters().memory) + __atomic_fetch_add(&used, size, __ATOMIC_SEQ_CST);
  if (at + size > pool_base(parameters().memory) + pool_bytes) panic("pool exhausted");
  return reinterpret_cast<void*>(at);
}

}  // namespace host

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/handoff/runtime.hpp"
#include "lib/variable/store.hpp"

// Everything that the runtime services remember: the only mutable data of the image. Pointers in it are
// physical until SetVirtualAddressMap converts them, one by one (virtual_map.cpp).
namespace runtime {

using namespace base;

struct State {
  variable::Store variables;
  handoff::RuntimeStart start;
  handoff::RuntimeExit exit;
  u64 monotonic_count;
  bool variables_last;  // is the non-volatile arena on flash?
  bool at_runtime;
  bool virtual_mode;
};
extern State state;

}  // namespace runtime

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace arch {

using namespace base;

// A call that its callee may leave from any depth: how Exit() returns from StartImage().
extern "C" {
u64 call_escapable(u64* escape_point, u64 (*function)(void*), void* argument);
[[noreturn]] void escape(u64 escape_point, u64 result);
}

}  // namespace arch

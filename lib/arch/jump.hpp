// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace arch {

using namespace base;

// Loads page tables and stack and enters `entry(argument)`, never to return. This code must be mapped the same
// in both sets of tables, executable in the new one.
extern "C" [[noreturn]] void switch_world(u64 page_table_root, u64 stack_top, u64 entry, u64 argument);

}  // namespace arch

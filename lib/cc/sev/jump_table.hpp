// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"

// The AP jump table of an SEV-ES guest [ghcb §4.3.2]: where processors go that the host starts, which cannot set their
// registers. The reset code reads it, and so may an operating system's.
namespace cc::sev {

using namespace base;

struct JumpTable {
  u16 ip, cs;  // both 0: wait
};
static_assert(sizeof(JumpTable) == 4);

// The first byte of a page below 1 MiB.
void write_jump_table(JumpTable& table, Gpa page);
void clear_jump_table(JumpTable& table);
// A host that does not keep it makes it useless to the operating system alone, and is only reported.
void announce(Gpa table);

}  // namespace cc::sev

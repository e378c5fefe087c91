// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// The host's own page tables: the boot ROM's 512 GiB as they are, and what a guest's firmware puts above them.
namespace host {

using namespace base;

void use_own_tables();     // every processor
void reach(u64 address);   // under the machine's lock

}  // namespace host

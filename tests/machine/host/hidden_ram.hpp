// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// QEMU was given more RAM than the guest may see: etc/e820, its size in the directory, the RAM size item and CMOS are
// rewritten on their way to the guest.
namespace host::hidden_ram {

using namespace base;

void init();
u32 in(u16 port, unsigned bytes, u32 value);
void before_out(u16 port, unsigned bytes, u32 value);
void after_out(u16 port);

}  // namespace host::hidden_ram

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"

namespace pei {

// Memory types as an operating system expects to find them: write-back, but for the VGA window and the hole
// between the end of low RAM and 4 GiB [apm2 §7.7].
void set_memory_types(base::Gpa low_ram_end, unsigned physical_address_bits);

}  // namespace pei

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/mem/region_map.hpp"

namespace pei {

// All RAM of the guest, not yet accepted, from etc/e820 or, without it, CMOS. Terminates when there is none.
void find_ram(mem::RegionMap& map);

}  // namespace pei

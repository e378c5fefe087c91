// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/mem/region_map.hpp"

namespace pei {

using namespace base;

// All RAM of the guest, not yet accepted, from etc/e820 or, without it, CMOS. Terminates when there is none.
// Returns where above 4 GiB devices may be placed, as far as the host's list goes.
PageRange find_ram(mem::RegionMap& map);

}  // namespace pei

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/platform.hpp"

namespace cc::sev {

// SEC's part: version, features, CPUID and secrets pages, and the GHCB shared and registered. Terminates on anything
// that is not as it must be. `map_shared` takes the private bit out of the GHCB's mapping.
void bring_up(Guest& guest, void (*map_shared)(Gpa page));

}  // namespace cc::sev

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/handoff/work_area.hpp"

namespace handoff {

// SEC is done: exceptions are reported, the platform is chosen.
[[noreturn]] void pei_entry(const WorkArea& work, const cc::Guest& guest);

}  // namespace handoff

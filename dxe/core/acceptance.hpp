// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

namespace core {

using namespace base;

// RAM above 4 GiB, which PEI left unaccepted: taken at once, by all processors when they have come, or when it is needed, as
// fw_cfg opt/ashlar/acceptance says (eager, parallel, or lazy, the default where acceptance costs anything). Installs the
// protocols of lazy acceptance.
void init_acceptance();
// The processors are there: `spread` has them accept a range among themselves.
void accept_in_parallel(void (*spread)(PageRange));

// Makes room for an allocation that found none: accepts a piece with at least so many pages, inside the limits.
bool accept_more(u64 pages, Gpa lowest, Gpa highest);
// Accepts what of a range is unaccepted RAM.
Result<> accept_range(PageRange range);

// Part of ExitBootServices, before the map is final: an operating system that did not opt in gets all RAM accepted.
void settle_acceptance();

}  // namespace core

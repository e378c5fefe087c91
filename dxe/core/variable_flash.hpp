// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/variable/non_volatile.hpp"

namespace core {

// Says where variables are kept, and what is wrong with that place; puts the flash into the memory map.
void announce_variable_flash(variable::NonVolatile& variables);

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "linker/elf_module.hpp"

namespace linker {

// An empty variable store: the flash file that goes with ASHLAR_CODE.fd, in the layout of OVMF's 4 MiB build.
Bytes empty_variable_store();

}  // namespace linker

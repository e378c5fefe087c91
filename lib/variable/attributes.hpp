// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/efi/variable.hpp"

namespace variable {

using namespace base;

// Whether SetVariable may be asked for these attributes at all [uefi §8.2.3].
Result<> check_attributes(u32 attributes);
// The same for QueryVariableInfo, which is stricter [uefi §8.2.4].
Result<> check_query(u32 attributes, bool at_runtime);

}  // namespace variable

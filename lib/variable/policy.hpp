// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string_view>

#include "lib/base/result.hpp"
#include "lib/efi/variable.hpp"

namespace variable {

using namespace base;

// Who writes. The firmware itself may write what is read-only to everyone else.
enum class Writer : u8 { caller, firmware };

// Whether the specification's own name spaces (global variables, image security) allow this write [uefi §3.3].
// A name they do not document may not be created there, and a documented one has fixed attributes.
Result<> check_policy(std::u16string_view name, const Guid& vendor, u32 attributes, u64 size, bool deletes,
                      Writer writer);

}  // namespace variable

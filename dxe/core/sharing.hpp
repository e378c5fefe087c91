// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

namespace core {

using namespace base;

// Gives pages to the host and maps them so, and takes them back. The pages stay allocated. Only owners of shared
// memory call these.
Result<> share_pages(PageRange range);
Result<> unshare_pages(PageRange range);
// Pages that an earlier phase shared.
void note_shared(PageRange range);

// Part of ExitBootServices: the operating system takes all RAM for private, but what is reserved.
void unshare_everything();

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/ledger.hpp"

namespace mem {

Result<> Ledger::accept(PageRange range, Tag to, void (*platform)(PageRange)) {
  for (Gpa at = range.start(); at < range.end();) {
    const Region* region = map_.find(at);
    if (!region) return Error::not_found;
    const PageRange part = region->range.intersect(PageRange(at, (range.end() - at) / page_bytes));
    const bool wanted = region->tag == unaccepted_;
    at = part.end();
    if (!wanted) continue;
    // The book first: if it cannot be kept, the page stays untouched.
    TRY(map_.change(part, unaccepted_, to));
    platform(part);
  }
  return {};
}

}  // namespace mem

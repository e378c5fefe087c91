// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/shared_pages.hpp"

#include "lib/log/log.hpp"

namespace mem {

Result<> SharedPages::allocate(const PageSource& source, u64 pages, Gpa below) {
  ASSERT(empty());
  const PageRange range = TRY(source.allocate(pages, below));
  if (auto shared = source.share(range); !shared) {
    source.release(range);
    return shared.error();
  }
  source_ = source;
  range_ = range;
  __builtin_memset(at(0, bytes()), 0, bytes());
  return {};
}

void SharedPages::release() {
  if (empty()) return;
  const PageRange range = range_;
  range_ = {};
  if (auto back = source_.unshare(range); !back) {
    log::error("pages at ", range.start(), " stay shared with the host: ", back.error());
    return;
  }
  source_.release(range);
}

}  // namespace mem

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/platform.hpp"
#include "lib/mem/region_map.hpp"

namespace mem {

// The validation ledger: which RAM may be used. It is not a second book beside the memory map but a rule about it: RAM
// enters the map as `unaccepted` and leaves that tag only here, in the same step in which the platform accepts
// it. So no page can be validated twice, and none is used before.
class Ledger {
 public:
  Ledger(RegionMap& map, Tag unaccepted) : map_(map), unaccepted_(unaccepted) {}

  // Accepts whatever of the range is still unaccepted; the rest stays as it is. The range must be mapped. `platform` is the
  // platform's acceptance, or who has several processors do it.
  Result<> accept(PageRange range, Tag to, void (*platform)(PageRange) = cc::accept);
  // RAM that the launch accepted. not_found: part of the range is not unaccepted RAM.
  Result<> note_launched(PageRange range, Tag to) { return map_.change(range, unaccepted_, to); }

 private:
  RegionMap& map_;
  Tag unaccepted_;
};

}  // namespace mem

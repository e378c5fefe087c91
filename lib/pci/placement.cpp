// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/placement.hpp"

namespace pci {

void RequestList::insert(Resource& r) {
  Resource** at = &head;
  while (*at && (*at)->alignment >= r.alignment) at = &(*at)->next;
  r.next = *at;
  *at = &r;
}

namespace {
// The next multiple at which `size` bytes end at or before `limit`. Alignments are powers of two that a device chose.
bool fit(u64 used, u64 limit, const Resource& r, u64& at) {
  at = align_up(used, r.alignment);
  return at >= used && at <= limit && r.size <= limit - at;
}
}  // namespace

unsigned place(RequestList& list, Aperture& aperture) {
  unsigned left = 0;
  for (Resource* r = list.head; r; r = r->next) {
    u64 at;
    r->placed = fit(aperture.used, aperture.limit, *r, at);
    if (r->placed) {
      r->address = at;
      aperture.used = at + r->size;
    } else {
      ++left;
    }
  }
  return left;
}

u64 total_size(const RequestList& list) {
  u64 used = 0;
  for (const Resource* r = list.head; r; r = r->next) {
    u64 at;
    if (!fit(used, ~0ull, *r, at)) return ~0ull;
    used = at + r->size;
  }
  return used;
}

}  // namespace pci

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/on_demand.hpp"

#include "dxe/core/tpl.hpp"

namespace core {
namespace {

constinit std::span<Offer> offers;

// What it starts may look for protocols itself.
void start(Offer& offer) {
  auto* const begin = offer.start;
  for (Offer& o : offers)
    if (o.start == begin) o.start = nullptr;
  begin();
}

}  // namespace

void offer_on_demand(std::span<Offer> list) { offers = list; }

void demand(const Guid& protocol) {
  for (Offer& o : offers)
    if (o.start && !o.connects && *o.protocol == protocol) start(o);
}

void demand_controllers(const Guid& protocol) {
  if (current_tpl() != efi::tpl_application) return;
  for (Offer& o : offers)
    if (o.start && o.connects && *o.protocol == protocol) start(o);
}

void demand_everything() {
  for (Offer& o : offers)
    if (o.start && !o.connects) start(o);
}

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/guid.hpp"
#include "lib/base/types.hpp"

namespace core {

using namespace base;

// Protocols that cost nothing until somebody looks for them: `start` installs them, and is called once. Several may
// share one `start`.
struct Offer {
  const Guid* protocol;
  void (*start)();
  // It connects controllers, which drivers that somebody loaded may serve: only for who searches all handles for the
  // protocol, at the level of applications.
  bool connects = false;
};

// The list lives as long as boot services do. Once.
void offer_on_demand(std::span<Offer> offers);

// Called by everything that looks for a protocol, before it looks; and by what looks at all there are.
void demand(const Guid& protocol);
// Called before the search takes its level.
void demand_controllers(const Guid& protocol);
void demand_everything();

}  // namespace core

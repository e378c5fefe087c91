// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "mp/station.hpp"

namespace mp {

// How processors are started and stopped, one set of functions for each cc::StartMethod.
struct Starter {
  Result<> (*prepare)(u32 others);   // what it needs besides the stations
  void (*start_all)();               // returns at once; may find that there are fewer than stations
  bool (*stop)(u32 slot);            // wherever it is, and without its help
  bool (*start_again)(u32 slot);     // after stop()
  void (*started_again)();
  void (*settle)(u32 expected);      // who has not come by now must not come later
  void (*stop_all)();
  bool exchange = false;             // may another processor take the boot processor's place?
};
extern const Starter sipi_starter, jump_table_starter, creation_starter;

// Nothing that the processor did before counts, whether it finished or not.
void clear_station(u32 slot);
bool arrived(u32 slot);

}  // namespace mp

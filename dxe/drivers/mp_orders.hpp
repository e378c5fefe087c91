// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/efi/boot_services.hpp"
#include "lib/handoff/processors.hpp"

// What callers of EFI_MP_SERVICES_PROTOCOL have under way.
namespace drivers {

using namespace base;

// What is known of each processor, by number.
struct ProcessorState {
  bool disabled = false;
  bool unhealthy = false;
  bool lost = false;  // late, and not taken back: it still works on its last order
  bool busy = false;  // owned by an order until that order takes note that it finished
};

// StartupThisAP: one processor. StartupAllAPs: all that were enabled, at once or one after the other.
struct Order {
  efi::ApProcedure procedure = nullptr;
  void* argument = nullptr;
  efi::Event event = nullptr;  // null: the caller waits
  u64 deadline = 0;            // on core::clock_now(); 0: never
  bool one_by_one = false;
  efi::Boolean* finished = nullptr;  // StartupThisAP's
  u64** failed = nullptr;            // StartupAllAPs'
  u32 only = 0;
  bool single = false;  // StartupThisAP
  bool active = false;
  u32 next = 0;  // one_by_one: the next to start
};

ProcessorState& processor_state(u32 number);

// Starts an order; with an event, it goes on by itself, else until it is done or late.
Result<> carry_out(const Order& order);
// Notes what has finished, starts what is next, gives up what is late. From the timer, and while somebody waits.
void poll_orders();

Result<> init_orders();

}  // namespace drivers

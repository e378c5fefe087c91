// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/patience.hpp"
#include "lib/mem/shared_pages.hpp"
#include "lib/pci/topology.hpp"

namespace ehci {

using namespace base;

// An EHCI host controller, polled. Its asynchronous schedule holds the queue of one transfer, and runs only while that does;
// its periodic schedule leads to the interrupt endpoints.
class Controller {
 public:
  Result<> open(const pci::Device& device, const mem::PageSource& source, Patience patience);
  // The controller writes no memory from now on.
  void quiet();
  // Takes all memory back; nothing of a device's is used any more.
  Result<> stop();

  unsigned port_count() const { return port_count_; }
  // Brings up what is connected to a root port, counted from 1. no_media: nothing is. unsupported: the device is slower
  // than high speed, and given to the companion controller.
  Result<> reset_port(unsigned number);
  bool is_connected(unsigned port) const;
  // For the next device.
  u8 take_address() { return next_address_++; }

  // Runs the queue at an address until its last descriptor is done, or a timeout; then the queue is not in use.
  Result<> run(Gpa queue, Result<bool> (*finished)(void* context), void* context);
  // A queue that is looked at in every frame from now on; `next` is written by the caller: what it is to lead to.
  u32 first_periodic() const { return periodic_; }
  Result<> add_periodic(Gpa queue);
  const mem::PageSource& pages() const { return *source_; }

 private:
  Result<> find_registers(const pci::Device& device);
  Result<> wait(u64 offset, u32 bits, bool set);
  Result<> halt();
  u32 get(u64 offset) const;
  void set(u64 offset, u32 value) const;

  Gpa operational_;
  const mem::PageSource* source_ = nullptr;
  Patience patience_{};
  unsigned port_count_ = 0;
  u8 next_address_ = 1;
  u32 periodic_ = 1;
  u32 schedules_ = 0;
  bool dead_ = true;
  mem::SharedPages memory_;  // the periodic list, then the head of the asynchronous one
};

}  // namespace ehci

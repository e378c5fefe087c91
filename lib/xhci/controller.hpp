// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/patience.hpp"
#include "lib/pci/topology.hpp"
#include "lib/xhci/device.hpp"

namespace xhci {

// An xHCI host controller, polled.
class Controller {
 public:
  static constexpr unsigned max_devices = 32;

  Result<> open(const pci::Device& device, const mem::PageSource& source, Patience patience);
  // The controller writes no memory from now on.
  void quiet();
  // Takes all memory back; then devices may be released.
  Result<> stop();

  unsigned port_count() const { return port_count_; }
  // Brings up what is connected to a root port, counted from 1. no_media: nothing is. The object lives until stop().
  Result<usb::Speed> reset_port(unsigned number);
  Result<> add(Device& device);
  bool is_connected(unsigned port) const { return get(port_at(port)) & port::connected; }

  // For devices.
  Result<u8> command(Trb trb);  // the slot of its completion
  void ring_doorbell(u8 slot, u8 target);
  Result<> wait(const bool& done);
  void poll();
  void set_context(u8 slot, Gpa context);
  bool large_contexts() const { return large_contexts_; }
  Gpa dma_limit() const { return dma_limit_; }
  const mem::PageSource& pages() const { return *source_; }
  u8 slot_limit() const { return slots_; }

 private:
  Result<> find_registers(const pci::Device& device);
  Result<> halt();
  Result<> allocate(u32 scratchpads);
  void dispatch(const Trb& event);
  u32 get(u64 offset) const;
  void set(u64 offset, u32 value) const;
  void set_wide(u64 offset, u64 value) const;
  u64 port_at(unsigned number) const { return op::first_port + (number - 1) * op::port_stride; }

  Gpa operational_, runtime_, doorbells_, dma_limit_;
  const mem::PageSource* source_ = nullptr;
  Patience patience_{};
  unsigned port_count_ = 0;
  u8 slots_ = 0;
  bool large_contexts_ = false, dead_ = true;
  mem::SharedPages table_;  // device context base addresses, then the scratchpads' addresses
  mem::SharedPages scratchpads_;
  Ring commands_;
  EventRing events_;
  u64 awaited_ = 0;  // command under way
  bool answered_ = false;
  u8 answer_code_ = 0, answer_slot_ = 0;
  Device* devices_[max_devices] = {};
  unsigned device_count_ = 0;
};

}  // namespace xhci

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/platform.hpp"
#include "lib/pci/topology.hpp"
#include "lib/virtio/queue.hpp"

namespace virtio {

// A virtio 1.x device on PCI [virtio §4.1]. Where its registers lie is its own claim: what leaves the BAR it names is
// not used. Order of calls: open, negotiate, add_queue, start.
class Transport {
 public:
  // Finds the register windows and resets the device. unsupported: it has none that can be used (a legacy device).
  Result<> open(const pci::Device& device, Patience patience);
  // Accepts what is offered of `wanted`, and what every modern device is driven with; what was accepted.
  Result<u64> negotiate(u64 wanted);
  // The queue gets as long as both sides can make it, `most` at the utmost.
  Result<> add_queue(u16 index, Queue& queue, const mem::PageSource& source, u16 most = Queue::max_size);
  Result<> start();
  void notify(const Queue& queue) const;

  // Takes all memory back from the device. timeout: it does not let go.
  Result<> reset();

  // A field of the device's own configuration. unsupported: it is not there.
  template <class T>
  Result<T> read_config(u32 offset) const {
    static_assert(sizeof(T) <= 4);
    if (!device_.holds(offset, sizeof(T)) || offset % sizeof(T) != 0) return Error::unsupported;
    const Gpa at = device_.base + offset;
    if constexpr (sizeof(T) == 1) return cc::mmio_read8(at);
    if constexpr (sizeof(T) == 2) return cc::mmio_read16(at);
    if constexpr (sizeof(T) == 4) return cc::mmio_read32(at);
  }
  // Two halves that the device may change between the reads [virtio §2.4.1].
  Result<u64> read_config_wide(u32 offset) const;

 private:
  struct Window {
    Gpa base;
    u64 bytes = 0;
    bool holds(u64 offset, u64 size) const { return offset <= bytes && size <= bytes - offset; }
  };

  void find_windows(const pci::Device& device);
  void take_window(const pci::Device& device, u8 capability);
  Result<Window> window(const pci::Device& device, u8 capability) const;
  u8 status() const { return cc::mmio_read8(common_.base + common::device_status); }
  void set_status(u8 value) const { cc::mmio_write8(common_.base + common::device_status, value); }
  void write_address(u32 reg, Gpa address) const;

  Patience patience_{};
  Window common_, notify_, device_;
  u32 notify_multiplier_ = 0;
};

}  // namespace virtio

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/platform.hpp"
#include "lib/pci/topology.hpp"
#include "lib/virtio/queue.hpp"

namespace virtio {

// How long a disk may take, with a request and with everything else.
struct Patiences {
  Patience set_up, request;
};

// A virtio device on PCI, modern or legacy [virtio §4.1, §4.1.4.8]. Where its registers lie is its own claim: what leaves
// the BAR it names is not used. Order of calls: open, negotiate, add_queue, start.
class Transport {
 public:
  // Finds the registers and resets the device. unsupported: it has none that can be used.
  Result<> open(const pci::Device& device, Patience patience);
  // Accepts what is offered of `wanted`, and what every modern device is driven with; what was accepted.
  Result<u64> negotiate(u64 wanted);
  // The queue gets as long as both sides can make it, `most` at the utmost; legacy devices take no wishes.
  Result<> add_queue(u16 index, Queue& queue, const mem::PageSource& source, u16 most = Queue::max_size);
  Result<> start();
  void notify(const Queue& queue) const;

  // Takes all memory back from the device. timeout: it does not let go.
  Result<> reset();

  bool legacy() const { return port_ != 0; }

  // A field of the device's own configuration. unsupported: it is not there.
  template <class T>
  Result<T> read_config(u32 offset) const {
    static_assert(sizeof(T) <= 4);
    if (!device_.holds(offset, sizeof(T)) || offset % sizeof(T) != 0) return Error::unsupported;
    return static_cast<T>(read_field(offset, sizeof(T)));
  }
  // Two halves that the device may change between the reads [virtio §2.4.1].
  Result<u64> read_config_wide(u32 offset) const;

 private:
  struct Window {
    Gpa base;  // in the legacy case a port
    u64 bytes = 0;
    bool holds(u64 offset, u64 size) const { return offset <= bytes && size <= bytes - offset; }
  };

  void find_windows(const pci::Device& device);
  bool find_ports(const pci::Device& device);
  void take_window(const pci::Device& device, u8 capability);
  Result<Window> window(const pci::Device& device, u8 capability) const;
  Result<> add_modern_queue(Queue& queue, const mem::PageSource& source, u16 most);
  Result<> add_legacy_queue(Queue& queue, const mem::PageSource& source);
  u64 offered_features() const;
  void accept_features(u64 accepted) const;
  u32 read_field(u32 offset, u32 bytes) const;
  u8 generation() const;
  u8 status() const;
  void set_status(u8 value) const;
  void write_address(u32 reg, Gpa address) const;
  u16 port(u16 reg) const { return static_cast<u16>(port_ + reg); }

  Patience patience_{};
  Window common_, notify_, device_;
  u32 notify_multiplier_ = 0;
  u16 port_ = 0;  // of a legacy device
};

}  // namespace virtio

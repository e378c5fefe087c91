// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/patience.hpp"
#include "lib/usb/configuration.hpp"

namespace usb {

// A hub [usb §11], asked once what is connected to it. Those of USB 3 are left out.
class Hub {
 public:
  static constexpr unsigned most_ports = 15;  // what a route has room for
  static bool supports(const Interface& interface);

  // Turns its ports on. `patience`: in units of 100 ns.
  Result<> init(Device& device, Patience patience);
  // Zero: it is none, or init() failed.
  unsigned port_count() const { return ports_; }
  // Resets a port, counted from 1. no_media: nothing is connected.
  Result<Speed> reset_port(unsigned port);

 private:
  Result<u32> status(unsigned port);
  Result<> feature(u8 request, u16 feature, unsigned port);
  void pause(u64 milliseconds) const;

  Device* device_ = nullptr;
  Patience patience_{};
  unsigned ports_ = 0;
};

}  // namespace usb

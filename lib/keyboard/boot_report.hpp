// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/keyboard/usage.hpp"

namespace keyboard {

// Reports of a USB keyboard in boot protocol: a byte of modifiers, a reserved one, six keys that are down [hid §B.1].
class BootReport {
 public:
  static constexpr unsigned bytes = 8, keys = 6, max_events = 8 + 2 * keys;

  // What changed since the last report, releases first; how many events. A report of the wrong length, or one that says
  // that too many keys are down, changes nothing.
  unsigned feed(std::span<const u8> report, std::span<Event, max_events> events);
  // The key to repeat while nothing changes: the one pressed last, if it is still down.
  Usage held() const { return held_; }

 private:
  bool down(Usage usage) const;

  u8 modifiers_ = 0;
  Usage keys_[keys] = {};
  Usage held_ = usage::none;
};

}  // namespace keyboard

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/keyboard/boot_report.hpp"
#include "lib/usb/configuration.hpp"

namespace usb {

// When a key that is held repeats itself; USB keyboards leave that to the host.
struct KeyRepeat {
  u64 (*now)();
  u64 delay, period;  // in units of now()
};

// A keyboard by its boot protocol [hid §7.2, appx B].
class BootKeyboard {
 public:
  static constexpr u8 subclass_boot = 1, protocol_keyboard = 1;
  static constexpr unsigned most_events = keyboard::BootReport::max_events;
  static bool supports(const Interface& interface);

  // Its endpoint is open.
  Result<> init(Device& device, const Interface& interface, KeyRepeat repeat);
  // What the next report says, or that the held key repeats; how many events, zero: nothing happened. device_error: it
  // does not work any more, and is not to be asked again.
  Result<unsigned> poll(std::span<keyboard::Event, most_events> events);
  // By the bits of efi::toggle_state. A keyboard without lights works as well.
  void show_lights(u8 locks);
  // No key is held any more.
  void forget_keys();

 private:
  Result<unsigned> repeat_key(std::span<keyboard::Event, most_events> events);
  Result<> recover();

  Device* device_ = nullptr;
  u8 interface_ = 0, endpoint_ = 0;
  KeyRepeat repeat_{};
  u64 repeat_at_ = 0;
  unsigned errors_ = 0;  // one after the other
  keyboard::BootReport reports_;
};

}  // namespace usb

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/keyboard/usage.hpp"

namespace keyboard {

// Bytes of a PS/2 keyboard in scan code set 1, which is what the controller makes of set 2 [ps2 §kbd].
class ScanCodes {
 public:
  // True: a key went down or up.
  bool feed(u8 byte, Event& event);
  void restart() { prefix_ = Prefix::none; }

 private:
  enum class Prefix : u8 { none, extended, pause, pause_second };
  Prefix prefix_ = Prefix::none;
};

}  // namespace keyboard

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"

namespace drivers {

using namespace base;

// The keyboard controller of a PC [ps2 §controller], keyboard port only. Every wait has an end.
class I8042 {
 public:
  // Takes the controller over, with the mouse off and the keyboard's codes translated to set 1. not_found: there is none.
  Result<> start();
  // Sends a byte to the keyboard; device_error: it does not acknowledge.
  Result<> send(u8 byte);
  // A byte that the keyboard sent, if there is one.
  bool get(u8& byte);
  void drain();

 private:
  Result<> command(u8 command);
  Result<> write(u16 port, u8 value);
  Result<u8> read_reply();
};

}  // namespace drivers

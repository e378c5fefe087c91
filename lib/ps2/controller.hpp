// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/patience.hpp"
#include "lib/base/result.hpp"

namespace ps2 {

using namespace base;

// The keyboard controller of a PC [ps2 §controller], keyboard port only. Every wait has an end.
class Controller {
 public:
  // Takes the controller over, with the mouse off and the keyboard's codes translated to set 1. not_found: there is none.
  Result<> start(Patience patience);
  // Sends a byte to the keyboard; device_error: it does not acknowledge. What it says before it does is kept for get().
  Result<> send(u8 byte);
  // A byte that the keyboard sent, if there is one.
  bool get(u8& byte);
  void drain();

 private:
  static constexpr unsigned most_kept = 32;
  Result<> command(u8 command);
  Result<> write(u16 port, u8 value);
  Result<u8> read_reply();
  Result<u8> read_answer();
  bool keep(u8 byte);

  Patience patience_{};
  u8 kept_[most_kept] = {};
  unsigned first_ = 0, count_ = 0;
};

}  // namespace ps2

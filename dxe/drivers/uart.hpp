// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace drivers {

using namespace base;

// The 16550A at COM1, polled.
class Uart {
 public:
  bool init();  // false: nobody there
  bool present() const { return present_; }
  void put(u8 byte);
  bool get(u8& byte);

 private:
  bool present_ = false;
};

}  // namespace drivers

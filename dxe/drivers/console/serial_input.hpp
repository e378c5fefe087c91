// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/console/key_decoder.hpp"
#include "dxe/drivers/console/key_input.hpp"
#include "dxe/drivers/console/uart.hpp"

namespace drivers {

// The keyboard of the terminal at the serial port.
class SerialInput final : public KeyInput {
 public:
  Result<> init(Uart& uart);

 private:
  void poll_device() override;

  Uart* uart_ = nullptr;
  KeyDecoder decoder_;
  u64 last_byte_ = 0;
};

}  // namespace drivers

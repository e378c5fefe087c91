// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/console/text_output.hpp"
#include "dxe/drivers/console/uart.hpp"

namespace drivers {

// A VT-UTF8 terminal at the serial port.
class SerialOutput final : public TextOutput {
 public:
  void init(Uart& uart);

 private:
  void show(u32 code_point) override;
  void show_backspace() override { uart_->put('\b'); }
  void show_carriage_return() override { uart_->put('\r'); }
  void show_line_feed() override { uart_->put('\n'); }
  void show_attribute() override;
  void show_cursor_position() override;
  void show_cursor_visibility() override { put_text(cursor_visible() ? "\x1b[?25h" : "\x1b[?25l"); }
  void show_clear() override { put_text("\x1b[2J"); }

  void put_text(const char* ascii);
  void put_number(u64 value);

  Uart* uart_ = nullptr;
};

}  // namespace drivers

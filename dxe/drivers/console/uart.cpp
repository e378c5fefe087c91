// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/uart.hpp"

#include "lib/cc/platform.hpp"

namespace drivers {
namespace {

// Registers of the 16550A [ns16550 §8], from COM1's base.
constexpr u16 com1 = 0x3f8;
constexpr u16 data = com1, interrupt_enable = com1 + 1, divisor_low = com1, divisor_high = com1 + 1, fifo_control = com1 + 2,
              line_control = com1 + 3, modem_control = com1 + 4, line_status = com1 + 5, modem_status_register = com1 + 6, scratch = com1 + 7;
constexpr u8 divisor_access = 0x80, fifo_on_and_clear = 0x07;
constexpr u8 data_ready = 0x01, transmitter_empty = 0x20, shifter_empty = 0x40;
constexpr int patience = 100'000;

}  // namespace

bool Uart::init() {
  cc::out8(scratch, 0x5a);
  present_ = cc::in8(scratch) == 0x5a;
  if (!present_) return false;
  cc::out8(interrupt_enable, 0);
  set_line({});
  cc::out8(fifo_control, fifo_on_and_clear);
  set_modem_lines(data_terminal_ready | request_to_send);
  return true;
}

void Uart::set_line(Line line) {
  cc::out8(line_control, divisor_access | line.format);
  cc::out8(divisor_low, static_cast<u8>(line.divisor));
  cc::out8(divisor_high, static_cast<u8>(line.divisor >> 8));
  cc::out8(line_control, line.format);
}

bool Uart::has_byte() const { return present_ && (cc::in8(line_status) & data_ready); }
bool Uart::sent_everything() const { return !present_ || (cc::in8(line_status) & shifter_empty); }
void Uart::set_modem_lines(u8 lines) { cc::out8(modem_control, lines); }
u8 Uart::modem_lines() const { return cc::in8(modem_control); }
u8 Uart::modem_status() const { return cc::in8(modem_status_register); }

void Uart::put(u8 byte) {
  if (!present_) return;
  // A stuck transmitter is waited for once.
  for (int polls = 0; !(cc::in8(line_status) & transmitter_empty); ++polls)
    if (stuck_ || polls == patience) {
      stuck_ = true;
      return;
    }
  stuck_ = false;
  cc::out8(data, byte);
}

bool Uart::get(u8& byte) {
  if (!has_byte()) return false;
  byte = cc::in8(data);
  return true;
}

}  // namespace drivers

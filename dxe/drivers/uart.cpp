// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/uart.hpp"

#include "lib/cc/platform.hpp"

namespace drivers {
namespace {

// Registers of the 16550A [ns16550 §8], from COM1's base.
constexpr u16 com1 = 0x3f8;
constexpr u16 data = com1, interrupt_enable = com1 + 1, divisor_low = com1, divisor_high = com1 + 1, fifo_control = com1 + 2,
              line_control = com1 + 3, modem_control = com1 + 4, line_status = com1 + 5, scratch = com1 + 7;
constexpr u8 divisor_access = 0x80, eight_n_one = 0x03, fifo_on_and_clear = 0x07, dtr_and_rts = 0x03;
constexpr u8 data_ready = 0x01, transmitter_empty = 0x20;
constexpr int patience = 100'000;

}  // namespace

bool Uart::init() {
  cc::out8(scratch, 0x5a);
  present_ = cc::in8(scratch) == 0x5a;
  if (!present_) return false;
  cc::out8(interrupt_enable, 0);
  cc::out8(line_control, divisor_access | eight_n_one);
  cc::out8(divisor_low, 1);  // 115200 baud
  cc::out8(divisor_high, 0);
  cc::out8(line_control, eight_n_one);
  cc::out8(fifo_control, fifo_on_and_clear);
  cc::out8(modem_control, dtr_and_rts);
  return true;
}

void Uart::put(u8 byte) {
  if (!present_) return;
  for (int i = 0; i < patience && !(cc::in8(line_status) & transmitter_empty); ++i) {
  }
  cc::out8(data, byte);
}

bool Uart::get(u8& byte) {
  if (!present_ || !(cc::in8(line_status) & data_ready)) return false;
  byte = cc::in8(data);
  return true;
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/serial_input.hpp"

#include "dxe/core/clock.hpp"

namespace drivers {
namespace {

constexpr unsigned fifo_bytes = 16;
constexpr u64 escape_patience = 3 * core::clock_tick;  // a terminal sends a key's bytes in one go

efi::KeyData data_of(efi::InputKey key) { return {key, {efi::shift_state::valid, efi::toggle_state::valid}}; }

}  // namespace

Result<> SerialInput::init(Uart& uart) {
  uart_ = &uart;
  return init_input();
}

void SerialInput::poll_device() {
  efi::InputKey key;
  u8 byte;
  if (uart_->lent_until() && core::clock_now() < uart_->lent_until()) return;
  // A line that is full for ever, of bytes that are no keys, must not keep us.
  for (unsigned taken = 0; taken < 4 * fifo_bytes && has_room() && uart_->get(byte); ++taken) {
    last_byte_ = core::clock_now();
    if (decoder_.feed(byte, key)) deliver(data_of(key));
  }
  if (decoder_.waiting() && core::clock_now() - last_byte_ > escape_patience && decoder_.flush(key)) deliver(data_of(key));
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/serial_output.hpp"

namespace drivers {
namespace {

constexpr TextOutput::Mode modes[] = {{80, 25}, {80, 50}, {100, 31}};
// EFI's colour bits are BGR, the terminal's are RGB [ecma-48 §8.3.117].
constexpr u8 terminal_color[8] = {0, 4, 2, 6, 1, 5, 3, 7};

}  // namespace

void SerialOutput::init(Uart& uart) {
  uart_ = &uart;
  init_modes(modes);
}

void SerialOutput::put_text(const char* ascii) {
  for (; *ascii; ++ascii) uart_->put(static_cast<u8>(*ascii));
}

void SerialOutput::put_number(u64 value) {
  if (value >= 10) put_number(value / 10);
  uart_->put(static_cast<u8>('0' + value % 10));
}

// As UTF-8.
void SerialOutput::show(u32 c) {
  if (c < 0x80) {
    uart_->put(static_cast<u8>(c));
    return;
  }
  if (c < 0x800) {
    uart_->put(static_cast<u8>(0xc0 | c >> 6));
  } else {
    if (c < 0x1'0000) {
      uart_->put(static_cast<u8>(0xe0 | c >> 12));
    } else {
      uart_->put(static_cast<u8>(0xf0 | c >> 18));
      uart_->put(static_cast<u8>(0x80 | (c >> 12 & 0x3f)));
    }
    uart_->put(static_cast<u8>(0x80 | (c >> 6 & 0x3f)));
  }
  uart_->put(static_cast<u8>(0x80 | (c & 0x3f)));
}

void SerialOutput::show_attribute() {
  put_text(attribute() & efi::text_color::bright ? "\x1b[0;1;3" : "\x1b[0;3");
  put_number(terminal_color[attribute() & 7]);
  put_text(";4");
  put_number(terminal_color[attribute() >> 4 & 7]);
  put_text("m");
}

void SerialOutput::show_cursor_position() {
  put_text("\x1b[");
  put_number(row() + 1);
  put_text(";");
  put_number(column() + 1);
  put_text("H");
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace drivers {

using namespace base;

// The 16550A at COM1, polled.
class Uart {
 public:
  static constexpr u32 highest_baud_rate = 115'200;
  // Register values of the line: word length, stop bits and parity [ns16550 §8.1].
  struct Line {
    u16 divisor = 1;
    u8 format = 0x03;  // 8 bits, no parity, one stop bit
  };
  enum ModemLine : u8 { data_terminal_ready = 1, request_to_send = 2, loopback = 0x10 };

  bool init();  // false: nobody there
  bool present() const { return present_; }
  void set_line(Line line);
  void put(u8 byte);
  bool get(u8& byte);

  bool has_byte() const;
  bool sent_everything() const;
  void set_modem_lines(u8 lines);
  u8 modem_lines() const;
  u8 modem_status() const;  // clear to send, data set ready, ring, carrier from bit 4

  // Who reads bytes through SerialIo wants them: the terminal leaves them alone until then.
  void lend(u64 until) { lent_until_ = until; }
  u64 lent_until() const { return lent_until_; }

 private:
  bool present_ = false, stuck_ = false;
  u64 lent_until_ = 0;
};

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/log/sinks.hpp"

#include "lib/cc/platform.hpp"

namespace log {
namespace {
using base::u16, base::u8;
constexpr u16 debug_port = 0x402;    // QEMU isa-debugcon; reads back 0xe9
constexpr u16 com1 = 0x3f8;          // 16550A: THR +0, LSR +5, bit 5 = THR empty
constexpr int serial_patience = 10'000;
}  // namespace

bool debug_console_present() { return cc::in8(debug_port) == 0xe9; }
void debug_console_put(char c) { cc::out8(debug_port, static_cast<u8>(c)); }

// A stuck transmitter costs its characters, never the boot: it is waited for once.
void serial_put(char c) {
  static constinit bool stuck = false;
  int polls = 0;
  while (!(cc::in8(com1 + 5) & 0x20))
    if (stuck || ++polls == serial_patience) {
      stuck = true;
      return;
    }
  stuck = false;
  cc::out8(com1, static_cast<u8>(c));
}

}  // namespace log

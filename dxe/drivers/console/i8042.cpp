// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/i8042.hpp"

#include "dxe/core/clock.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"

namespace drivers {
namespace {

constexpr u16 data_port = 0x60, status_port = 0x64, command_port = 0x64;
constexpr u8 output_full = 0x01, input_full = 0x02, from_mouse = 0x20;
constexpr u8 read_configuration = 0x20, write_configuration = 0x60, disable_mouse = 0xa7, disable_keyboard = 0xad, enable_keyboard = 0xae;
constexpr u8 keyboard_interrupt = 0x01, mouse_interrupt = 0x02, keyboard_off = 0x10, mouse_off = 0x20, translation = 0x40;
constexpr u8 acknowledge = 0xfa, resend = 0xfe;
constexpr u64 patience = 20 * 1'0000;  // 20 ms: a byte takes one on a real wire
constexpr int most_stale_bytes = 64;

u8 status() { return cc::in8(status_port); }

// Until the condition holds, or too long.
template <class Condition>
bool wait(Condition condition) {
  for (const u64 start = core::clock_now(); !condition();) {
    if (core::clock_now() - start > patience) return false;
    arch::pause();
  }
  return true;
}

}  // namespace

Result<> I8042::write(u16 port, u8 value) {
  if (!wait([] { return !(status() & input_full); })) return Error::timeout;
  cc::out8(port, value);
  return {};
}

Result<> I8042::command(u8 command) { return write(command_port, command); }

Result<u8> I8042::read_reply() {
  if (!wait([] { return status() & output_full; })) return Error::timeout;
  return cc::in8(data_port);
}

bool I8042::get(u8& byte) {
  const u8 now = status();
  if (now == 0xff || !(now & output_full)) return false;
  byte = cc::in8(data_port);
  return !(now & from_mouse);
}

void I8042::drain() {
  for (int i = 0; i < most_stale_bytes && (status() & output_full); ++i) (void)cc::in8(data_port);
}

Result<> I8042::start() {
  if (status() == 0xff) return Error::not_found;
  TRY(command(disable_keyboard));
  TRY(command(disable_mouse));
  drain();
  TRY(command(read_configuration));
  const u8 found = TRY(read_reply());
  const u8 wanted = static_cast<u8>((found & ~(keyboard_interrupt | mouse_interrupt | keyboard_off)) | translation | mouse_off);
  TRY(command(write_configuration));
  TRY(write(data_port, wanted));
  TRY(command(read_configuration));
  // A controller that cannot translate gives set 2, which nobody here reads.
  if (!(TRY(read_reply()) & translation)) return Error::unsupported;
  return command(enable_keyboard);
}

Result<> I8042::send(u8 byte) {
  constexpr int tries = 3;
  for (int i = 0; i < tries; ++i) {
    TRY(write(data_port, byte));
    const u8 reply = TRY(read_reply());
    if (reply == acknowledge) return {};
    if (reply != resend) return Error::device_error;
  }
  return Error::device_error;
}

}  // namespace drivers

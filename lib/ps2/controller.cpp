// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ps2/controller.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"

namespace ps2 {
namespace {

constexpr u16 data_port = 0x60, status_port = 0x64, command_port = 0x64;
constexpr u8 output_full = 0x01, input_full = 0x02, from_mouse = 0x20, no_controller = 0xff;
constexpr u8 read_configuration = 0x20, write_configuration = 0x60, disable_mouse = 0xa7, disable_keyboard = 0xad, enable_keyboard = 0xae;
constexpr u8 keyboard_interrupt = 0x01, mouse_interrupt = 0x02, keyboard_off = 0x10, mouse_off = 0x20, translation = 0x40;
constexpr u8 acknowledge = 0xfa, resend = 0xfe;
constexpr int most_stale_bytes = 64;

u8 status() { return cc::in8(status_port); }

// Until the condition holds, or too long; a processor that was stopped meanwhile looks once more.
template <class Condition>
bool wait(Patience patience, Condition condition) {
  for (const Deadline deadline(patience);;) {
    const bool late = deadline.passed();
    if (condition()) return true;
    if (late) return false;
    arch::pause();
  }
}

bool fetch(u8& byte) {
  const u8 now = status();
  if (now == no_controller || !(now & output_full)) return false;
  byte = cc::in8(data_port);
  return !(now & from_mouse);
}

}  // namespace

Result<> Controller::write(u16 port, u8 value) {
  if (!wait(patience_, [] { return !(status() & input_full); })) return Error::timeout;
  cc::out8(port, value);
  return {};
}

Result<> Controller::command(u8 command) { return write(command_port, command); }

Result<u8> Controller::read_reply() {
  if (!wait(patience_, [] { return status() & output_full; })) return Error::timeout;
  return cc::in8(data_port);
}

bool Controller::keep(u8 byte) {
  if (count_ == most_kept) return false;
  kept_[(first_ + count_++) % most_kept] = byte;
  return true;
}

bool Controller::get(u8& byte) {
  if (count_ == 0) return fetch(byte);
  byte = kept_[first_];
  first_ = (first_ + 1) % most_kept;
  --count_;
  return true;
}

void Controller::drain() {
  count_ = 0;
  for (int i = 0; i < most_stale_bytes && (status() & output_full); ++i) (void)cc::in8(data_port);
}

Result<> Controller::start(Patience patience) {
  patience_ = patience;
  if (status() == no_controller) return Error::not_found;
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

// Keys that were pressed before the keyboard saw the command come first. Neither answer is a scan code of set 1.
Result<u8> Controller::read_answer() {
  u8 byte = 0;
  bool answered = false;
  const auto done = [&] {
    if (!fetch(byte)) return false;
    answered = byte == acknowledge || byte == resend;
    return answered || !keep(byte);
  };
  if (!wait(patience_, done)) return Error::timeout;
  if (!answered) return Error::device_error;
  return byte;
}

Result<> Controller::send(u8 byte) {
  constexpr int tries = 3;
  for (int i = 0; i < tries; ++i) {
    TRY(write(data_port, byte));
    if (TRY(read_answer()) == acknowledge) return {};
  }
  return Error::device_error;
}

}  // namespace ps2

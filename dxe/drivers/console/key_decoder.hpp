// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"
#include "lib/efi/text_input.hpp"

namespace drivers {

using namespace base;

// Bytes of a VT-UTF8 or xterm keyboard to EFI keys [uefi appx B]. A lone ESC becomes a key only when flush()
// says that nothing followed it in time.
class KeyDecoder {
 public:
  bool feed(u8 byte, efi::InputKey& key);
  bool flush(efi::InputKey& key);
  bool waiting() const { return state_ == State::escape; }

 private:
  enum class State : u8 { ground, escape, bracket, letter_o, utf8 };
  bool bracket(u8 byte, efi::InputKey& key);
  bool ground(u8 byte, efi::InputKey& key);

  State state_ = State::ground;
  u32 number_ = 0;
  u32 code_ = 0;
  u8 utf8_left_ = 0;
};

}  // namespace drivers

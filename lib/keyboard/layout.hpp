// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/text_input.hpp"
#include "lib/keyboard/usage.hpp"

namespace keyboard {

// Key presses to EFI keys [uefi §12.3, appx B] on a US layout, with modifiers and locks.
class Layout {
 public:
  // True: `key` is what the event means. Releases and keys without a meaning give none.
  bool feed(Event event, efi::KeyData& key);

  // Are modifiers and locks by themselves keys, too? [uefi §12.3.3 SetState]
  void expose_partial_keys(bool yes) { exposed_ = yes; }
  bool partial_keys_exposed() const { return exposed_; }
  void set_locks(u8 toggles) { locks_ = toggles & all_locks; }
  // toggle_state::caps_lock and so on.
  u8 locks() const { return locks_; }
  efi::KeyState state() const;
  // No key is held any more: the keyboard went away or was reset.
  void release_all() {
    shift_ = 0;
    held_locks_ = 0;
  }

 private:
  static constexpr u8 all_locks = efi::toggle_state::scroll_lock | efi::toggle_state::num_lock | efi::toggle_state::caps_lock;
  bool shifted() const { return shift_ & (efi::shift_state::left_shift | efi::shift_state::right_shift); }
  bool change_state(Event event);
  efi::InputKey key_of(Usage usage) const;
  efi::InputKey keypad(Usage usage) const;

  u32 shift_ = 0;
  u8 locks_ = 0, held_locks_ = 0;
  bool exposed_ = false;
};

// Is it the combination that resets a PC?
bool is_reset_request(const efi::KeyData& key);
// As SimpleTextInput shows a key: Ctrl and a letter are a control character.
efi::InputKey without_state(const efi::KeyData& key);
// Does a key that came match one that somebody registered for? [uefi §12.3.3 RegisterKeyNotify]
bool matches(const efi::KeyData& registered, const efi::KeyData& key);

}  // namespace keyboard

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/key_decoder.hpp"
#include "dxe/drivers/uart.hpp"
#include "lib/base/list.hpp"
#include "lib/base/result.hpp"

namespace drivers {

class TextInput;

class TextInputBasic : public efi::SimpleTextInput {
 public:
  using Protocol = efi::SimpleTextInput;
  void init(TextInput& input, efi::Event wait);
  Result<> reset_console(efi::Boolean extended);
  Result<> read(efi::InputKey* key);

 private:
  TextInput* input_ = nullptr;
};

// SimpleTextInputEx [uefi §12.3] on the serial terminal; SimpleTextInput reads the same queue.
class TextInput : public efi::SimpleTextInputEx {
 public:
  using Protocol = efi::SimpleTextInputEx;
  void init(Uart& uart);
  TextInputBasic& basic() { return basic_; }

  Result<> reset_console(efi::Boolean extended);
  Result<> read(efi::KeyData* key);
  Result<> choose_state(u8* toggle_state);
  Result<> register_notify(efi::KeyData* key, efi::KeyNotify notify, void** handle);
  Result<> unregister_notify(void* handle);

  void poll();
  bool has_key() const { return count_ != 0; }

 private:
  struct Registration : ListNode<Registration> {
    efi::KeyData key;
    efi::KeyNotify notify;
  };
  static constexpr unsigned capacity = 64;
  void deliver(efi::InputKey key);

  Uart* uart_ = nullptr;
  TextInputBasic basic_;
  KeyDecoder decoder_;
  List<Registration> registrations_;
  efi::InputKey keys_[capacity]{};
  unsigned head_ = 0, count_ = 0;
  u64 last_byte_ = 0;
};

}  // namespace drivers

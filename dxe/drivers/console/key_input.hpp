// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/list.hpp"
#include "lib/base/result.hpp"
#include "lib/efi/text_input.hpp"

namespace drivers {

using namespace base;

class KeyInput;

// SimpleTextInput [uefi §12.3] on what a SimpleTextInputEx gives: partial keys are left out, and Ctrl makes control characters.
class BasicInput : public efi::SimpleTextInput {
 public:
  using Protocol = efi::SimpleTextInput;
  void init(efi::SimpleTextInputEx& input, efi::Event wait);
  Result<> reset_console(efi::Boolean extended);
  Result<> read(efi::InputKey* key);

 private:
  efi::SimpleTextInputEx* input_ = nullptr;
};

// A keyboard as SimpleTextInputEx [uefi §12.3.3]: a queue that poll_device() fills, on every tick of the clock and whenever
// somebody asks.
class KeyInput : public efi::SimpleTextInputEx {
 public:
  using Protocol = efi::SimpleTextInputEx;

  BasicInput& basic() { return basic_; }

  Result<> reset_console(efi::Boolean extended);
  Result<> read(efi::KeyData* key);
  Result<> choose_state(u8* toggle_state);
  Result<> register_notify(efi::KeyData* key, efi::KeyNotify notify, void** handle);
  Result<> unregister_notify(void* handle);

  void poll();
  bool has_key() const { return count_ != 0; }

 protected:
  ~KeyInput() = default;
  Result<> init_input();
  // Takes everything back. Registrations die with it.
  void end_input();

  bool has_room() const { return count_ < capacity; }
  void deliver(const efi::KeyData& key);

 private:
  struct Registration : ListNode<Registration> {
    efi::KeyData key;
    efi::KeyNotify notify;
  };
  static constexpr unsigned capacity = 64;

  virtual void poll_device() = 0;
  virtual void reset_device() {}
  virtual efi::KeyState state() const;
  virtual Result<> change_state(u8 toggle_state);

  BasicInput basic_;
  List<Registration> registrations_;
  efi::Event timer_ = nullptr;
  efi::KeyData keys_[capacity]{};
  unsigned head_ = 0, count_ = 0;
};

}  // namespace drivers

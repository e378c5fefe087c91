// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/console/key_input.hpp"

namespace drivers {

// The console's keyboard: the keys of all inputs.
class SplitInput : public efi::SimpleTextInputEx {
 public:
  using Protocol = efi::SimpleTextInputEx;
  static constexpr unsigned max_inputs = 8;

  // `wake` is called before the first look for keys, and may add inputs.
  void init(void (*wake)());
  BasicInput& basic() { return basic_; }
  Result<> add(KeyInput& input);
  void remove(KeyInput& input);

  Result<> reset_console(efi::Boolean extended);
  Result<> read(efi::KeyData* key);
  Result<> choose_state(u8* toggle_state);
  Result<> register_notify(efi::KeyData* key, efi::KeyNotify notify, void** handle);
  Result<> unregister_notify(void* handle);

  bool has_key();

 private:
  // What somebody registered here is registered with every input.
  struct Registration : ListNode<Registration> {
    efi::KeyData key;
    efi::KeyNotify notify;
    void* handles[max_inputs];
  };
  void enlist(Registration& registration, unsigned input);

  void (*wake_)() = nullptr;
  BasicInput basic_;
  KeyInput* inputs_[max_inputs] = {};
  unsigned count_ = 0;
  List<Registration> registrations_;
  u8 toggle_state_ = 0;  // zero: nobody chose one
};

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/console/key_input.hpp"
#include "lib/keyboard/layout.hpp"

namespace drivers {

// A keyboard that says which keys go down and up, with lights for its locks.
class KeyboardInput : public KeyInput {
 protected:
  ~KeyboardInput() = default;

  void feed(keyboard::Event event);
  void release_all() { layout_.release_all(); }
  // After events: locks may have changed.
  void update_lights();

 private:
  efi::KeyState state() const override { return layout_.state(); }
  Result<> change_state(u8 toggle_state) override;
  virtual void show_lights(u8 locks) = 0;

  keyboard::Layout layout_;
  u8 lights_ = 0;
};

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/keyboard_input.hpp"

namespace drivers {

void KeyboardInput::feed(keyboard::Event event) {
  efi::KeyData key;
  if (layout_.feed(event, key)) deliver(key);
}

void KeyboardInput::update_lights() {
  if (layout_.locks() == lights_) return;
  lights_ = layout_.locks();
  show_lights(lights_);
}

Result<> KeyboardInput::change_state(u8 toggle_state) {
  layout_.expose_partial_keys(toggle_state & efi::toggle_state::key_state_exposed);
  layout_.set_locks(toggle_state);
  lights_ = layout_.locks();
  show_lights(lights_);
  return {};
}

}  // namespace drivers

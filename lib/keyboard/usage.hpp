// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Key codes of the HID keyboard page [hut §10]: what every keyboard's codes are turned into.
namespace keyboard {

using namespace base;

using Usage = u8;

namespace usage {
inline constexpr Usage none = 0x00, a = 0x04, z = 0x1d, digit_1 = 0x1e, digit_0 = 0x27, enter = 0x28, escape = 0x29, backspace = 0x2a, tab = 0x2b,
                       space = 0x2c, minus = 0x2d, slash = 0x38, caps_lock = 0x39, f1 = 0x3a, f12 = 0x45, print_screen = 0x46,
                       scroll_lock = 0x47, pause = 0x48, insert = 0x49, home = 0x4a, page_up = 0x4b, delete_forward = 0x4c, end = 0x4d,
                       page_down = 0x4e, right = 0x4f, left = 0x50, down = 0x51, up = 0x52, num_lock = 0x53, keypad_divide = 0x54,
                       keypad_enter = 0x58, keypad_1 = 0x59, keypad_0 = 0x62, keypad_point = 0x63, non_us_backslash = 0x64, menu = 0x65,
                       keypad_equal = 0x67, f13 = 0x68, f24 = 0x73, mute = 0x7f, volume_up = 0x80, volume_down = 0x81,
                       first_modifier = 0xe0, left_control = 0xe0, left_shift = 0xe1, left_alt = 0xe2, left_logo = 0xe3,
                       right_control = 0xe4, right_shift = 0xe5, right_alt = 0xe6, right_logo = 0xe7;
}  // namespace usage

struct Event {
  Usage usage = usage::none;
  bool pressed = false;
};

}  // namespace keyboard

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/keyboard/layout.hpp"

namespace keyboard {
namespace {

using efi::InputKey;
namespace scan = efi::scan;
namespace shift = efi::shift_state;
namespace toggle = efi::toggle_state;

constexpr u32 both_controls = shift::left_control | shift::right_control, both_alts = shift::left_alt | shift::right_alt;

// From digit_1 and from minus on.
constexpr char16_t digits[] = u"1234567890", shifted_digits[] = u"!@#$%^&*()";
constexpr char16_t signs[] = u"-=[]\\#;'`,./", shifted_signs[] = u"_+{}|~:\"~<>?";
// From keypad_divide and from keypad_1 on, with and without Num Lock.
constexpr char16_t keypad_signs[] = u"/*-+\r";
constexpr char16_t keypad_digits[] = u"1234567890.";
constexpr u16 keypad_scans[] = {scan::end,   scan::down, scan::page_down, scan::left,   0,         scan::right,
                                scan::home,  scan::up,   scan::page_up,   scan::insert, scan::delete_key};
// From pause to up.
constexpr u16 movement[] = {scan::pause, scan::insert,    scan::home,  scan::page_up, scan::delete_key, scan::end,
                            scan::page_down, scan::right, scan::left, scan::down,     scan::up};

// From left_control on.
constexpr u32 modifiers[] = {shift::left_control,  shift::left_shift,  shift::left_alt,  shift::left_logo,
                             shift::right_control, shift::right_shift, shift::right_alt, shift::right_logo};

u32 modifier_of(Usage u) {
  if (u >= usage::first_modifier && u <= usage::right_logo) return modifiers[u - usage::first_modifier];
  return u == usage::menu ? shift::menu_key : u == usage::print_screen ? shift::system_request : 0;
}

u8 lock_of(Usage u) {
  return u == usage::caps_lock ? toggle::caps_lock : u == usage::num_lock ? toggle::num_lock : u == usage::scroll_lock ? toggle::scroll_lock : 0;
}

constexpr bool is_letter(char16_t c) { return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z'); }

InputKey scanned(u16 code) { return {code, 0}; }
InputKey typed(char16_t c) { return {scan::null, c}; }

}  // namespace

efi::KeyState Layout::state() const {
  return {shift::valid | shift_, static_cast<u8>(toggle::valid | locks_ | (exposed_ ? toggle::key_state_exposed : 0))};
}

// True: it was a modifier or a lock.
bool Layout::change_state(Event event) {
  if (const u32 modifier = modifier_of(event.usage)) {
    shift_ = event.pressed ? shift_ | modifier : shift_ & ~modifier;
    return true;
  }
  const u8 lock = lock_of(event.usage);
  // A lock that is held repeats itself, but switches once.
  if (event.pressed) locks_ ^= lock & ~held_locks_;
  held_locks_ = static_cast<u8>(event.pressed ? held_locks_ | lock : held_locks_ & ~lock);
  return lock;
}

InputKey Layout::keypad(Usage u) const {
  if (u < usage::keypad_1) return typed(keypad_signs[u - usage::keypad_divide]);
  const unsigned index = u - usage::keypad_1;
  const bool numbers = (locks_ & toggle::num_lock) && !shifted();
  return numbers ? typed(keypad_digits[index]) : scanned(keypad_scans[index]);
}

InputKey Layout::key_of(Usage u) const {
  if (u >= usage::a && u <= usage::z) {
    const bool upper = shifted() != static_cast<bool>(locks_ & toggle::caps_lock);
    return typed(static_cast<char16_t>((upper ? u'A' : u'a') + u - usage::a));
  }
  if (u >= usage::digit_1 && u <= usage::digit_0) return typed((shifted() ? shifted_digits : digits)[u - usage::digit_1]);
  if (u >= usage::minus && u <= usage::slash) return typed((shifted() ? shifted_signs : signs)[u - usage::minus]);
  if (u >= usage::f1 && u <= usage::f12) return scanned(static_cast<u16>(scan::f1 + u - usage::f1));
  if (u >= usage::f13 && u <= usage::f24) return scanned(static_cast<u16>(scan::f13 + u - usage::f13));
  if (u >= usage::pause && u <= usage::up) return scanned(movement[u - usage::pause]);
  if (u >= usage::keypad_divide && u <= usage::keypad_point) return keypad(u);
  switch (u) {
    case usage::enter: return typed(u'\r');
    case usage::escape: return scanned(scan::escape);
    case usage::backspace: return typed(u'\b');
    case usage::tab: return typed(u'\t');
    case usage::space: return typed(u' ');
    case usage::non_us_backslash: return typed(shifted() ? u'|' : u'\\');
    case usage::keypad_equal: return typed(u'=');
    case usage::mute: return scanned(scan::mute);
    case usage::volume_up: return scanned(scan::volume_up);
    case usage::volume_down: return scanned(scan::volume_down);
    default: return {};
  }
}

bool Layout::feed(Event event, efi::KeyData& key) {
  if (change_state(event)) {
    key = {{}, state()};
    return exposed_ && event.pressed;
  }
  if (!event.pressed) return false;
  key = {key_of(event.usage), state()};
  // A character that Shift chose says so by itself.
  if (key.key.unicode_char > u' ') key.state.shift_state &= ~(shift::left_shift | shift::right_shift);
  return key.key.scan_code || key.key.unicode_char;
}

bool is_reset_request(const efi::KeyData& key) {
  return key.key.scan_code == scan::delete_key && (key.state.shift_state & both_controls) && (key.state.shift_state & both_alts);
}

InputKey without_state(const efi::KeyData& key) {
  if (!(key.state.shift_state & both_controls) || !is_letter(key.key.unicode_char)) return key.key;
  return typed(key.key.unicode_char & 0x1f);
}

bool matches(const efi::KeyData& registered, const efi::KeyData& key) {
  if (registered.key.scan_code != key.key.scan_code || registered.key.unicode_char != key.key.unicode_char) return false;
  // Zero: the state does not matter.
  if (registered.state.shift_state && registered.state.shift_state != key.state.shift_state) return false;
  return !registered.state.toggle_state || registered.state.toggle_state == key.state.toggle_state;
}

}  // namespace keyboard

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/key_decoder.hpp"

namespace drivers {
namespace {

using efi::InputKey;
namespace scan = efi::scan;

u16 scan_of_letter(u8 letter) {
  switch (letter) {
    case 'A': return scan::up;
    case 'B': return scan::down;
    case 'C': return scan::right;
    case 'D': return scan::left;
    case 'H': return scan::home;
    case 'F': return scan::end;
    case 'P': return scan::f1;
    case 'Q': return scan::f1 + 1;
    case 'R': return scan::f1 + 2;
    case 'S': return scan::f1 + 3;
    default: return scan::null;
  }
}

// CSI n ~ as VT220 and xterm send it.
u16 scan_of_number(u32 n) {
  switch (n) {
    case 1: case 7: return scan::home;
    case 2: return scan::insert;
    case 3: return scan::delete_key;
    case 4: case 8: return scan::end;
    case 5: return scan::page_up;
    case 6: return scan::page_down;
    case 11: case 12: case 13: case 14: case 15: return static_cast<u16>(scan::f1 + n - 11);
    case 17: case 18: case 19: case 20: case 21: return static_cast<u16>(scan::f1 + n - 12);
    case 23: return scan::f11;
    case 24: return scan::f12;
    default: return scan::null;
  }
}

}  // namespace

bool KeyDecoder::ground(u8 byte, InputKey& key) {
  if (byte == 0x1b) {
    state_ = State::escape;
    return false;
  }
  if (byte < 0x80) {
    key = {scan::null, byte == 0x7f ? u'\b' : static_cast<char16_t>(byte)};
    return byte != 0;
  }
  utf8_left_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
  if (!utf8_left_) return false;
  code_ = byte & (0x3fu >> utf8_left_);
  state_ = State::utf8;
  return false;
}

bool KeyDecoder::bracket(u8 byte, InputKey& key) {
  if (byte >= '0' && byte <= '9') {
    number_ = number_ < 1000 ? number_ * 10 + (byte - '0') : number_;
    return false;
  }
  if (byte == ';') {
    number_ = 0;
    return false;
  }
  state_ = State::ground;
  key = {byte == '~' ? scan_of_number(number_) : scan_of_letter(byte), 0};
  return key.scan_code != scan::null;
}

bool KeyDecoder::feed(u8 byte, InputKey& key) {
  switch (state_) {
    case State::ground: return ground(byte, key);
    case State::escape:
      number_ = 0;
      state_ = byte == '[' ? State::bracket : byte == 'O' ? State::letter_o : State::ground;
      if (state_ != State::ground) return false;
      if (byte == 0x1b) {
        state_ = State::escape;
        key = {scan::escape, 0};
        return true;
      }
      return ground(byte, key);
    case State::bracket: return bracket(byte, key);
    case State::letter_o:
      state_ = State::ground;
      key = {scan_of_letter(byte), 0};
      return key.scan_code != scan::null;
    case State::utf8:
      if ((byte & 0xc0) != 0x80) {
        state_ = State::ground;
        return ground(byte, key);
      }
      code_ = code_ << 6 | (byte & 0x3f);
      if (--utf8_left_) return false;
      state_ = State::ground;
      key = {scan::null, static_cast<char16_t>(code_)};
      return code_ < 0x1'0000 && (code_ < 0xd800 || code_ > 0xdfff);
  }
  return false;
}

bool KeyDecoder::flush(InputKey& key) {
  if (state_ != State::escape) return false;
  state_ = State::ground;
  key = {scan::escape, 0};
  return true;
}

}  // namespace drivers

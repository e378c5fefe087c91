// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

struct InputKey {
  u16 scan_code;
  char16_t unicode_char;
};
static_assert(sizeof(InputKey) == 4);

// EFI_SIMPLE_TEXT_INPUT_PROTOCOL [uefi §12.3].
struct SimpleTextInput {
  static constexpr Guid guid = "387477c1-69c7-11d2-8e39-00a0c969723b"_guid;

  Status(EFIAPI* reset)(SimpleTextInput* self, Boolean extended);
  Status(EFIAPI* read_key_stroke)(SimpleTextInput* self, InputKey* key);
  Event wait_for_key;
};
static_assert(sizeof(SimpleTextInput) == 24);

struct KeyState {
  u32 shift_state;
  u8 toggle_state;
};
struct KeyData {
  InputKey key;
  KeyState state;
};
static_assert(sizeof(KeyState) == 8 && sizeof(KeyData) == 12);

using KeyNotify = Status(EFIAPI*)(KeyData* key_data);

// EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL [uefi §12.3.3].
struct SimpleTextInputEx {
  static constexpr Guid guid = "dd9e7534-7762-4698-8c14-f58517a625aa"_guid;

  Status(EFIAPI* reset)(SimpleTextInputEx* self, Boolean extended);
  Status(EFIAPI* read_key_stroke_ex)(SimpleTextInputEx* self, KeyData* key_data);
  Event wait_for_key_ex;
  Status(EFIAPI* set_state)(SimpleTextInputEx* self, u8* toggle_state);
  Status(EFIAPI* register_key_notify)(SimpleTextInputEx* self, KeyData* key_data, KeyNotify notify, void** handle);
  Status(EFIAPI* unregister_key_notify)(SimpleTextInputEx* self, void* handle);
};
static_assert(sizeof(SimpleTextInputEx) == 48);

namespace shift_state {
inline constexpr u32 valid = 0x8000'0000;
inline constexpr u32 right_shift = 0x01;
inline constexpr u32 left_shift = 0x02;
inline constexpr u32 right_control = 0x04;
inline constexpr u32 left_control = 0x08;
inline constexpr u32 right_alt = 0x10;
inline constexpr u32 left_alt = 0x20;
inline constexpr u32 right_logo = 0x40;
inline constexpr u32 left_logo = 0x80;
inline constexpr u32 menu_key = 0x100;
inline constexpr u32 system_request = 0x200;
}  // namespace shift_state

namespace toggle_state {
inline constexpr u8 valid = 0x80;
inline constexpr u8 key_state_exposed = 0x40;
inline constexpr u8 scroll_lock = 0x01;
inline constexpr u8 num_lock = 0x02;
inline constexpr u8 caps_lock = 0x04;
}  // namespace toggle_state

// [uefi appx B]
namespace scan {
inline constexpr u16 null = 0x00;
inline constexpr u16 up = 0x01;
inline constexpr u16 down = 0x02;
inline constexpr u16 right = 0x03;
inline constexpr u16 left = 0x04;
inline constexpr u16 home = 0x05;
inline constexpr u16 end = 0x06;
inline constexpr u16 insert = 0x07;
inline constexpr u16 delete_key = 0x08;
inline constexpr u16 page_up = 0x09;
inline constexpr u16 page_down = 0x0a;
inline constexpr u16 f1 = 0x0b;  // to f10 = 0x14
inline constexpr u16 f10 = 0x14;
inline constexpr u16 f11 = 0x15;
inline constexpr u16 f12 = 0x16;
inline constexpr u16 escape = 0x17;
inline constexpr u16 pause = 0x48;
inline constexpr u16 f13 = 0x68;  // to f24 = 0x73
inline constexpr u16 f24 = 0x73;
inline constexpr u16 mute = 0x7f;
inline constexpr u16 volume_up = 0x80;
inline constexpr u16 volume_down = 0x81;
inline constexpr u16 brightness_up = 0x100;
inline constexpr u16 brightness_down = 0x101;
inline constexpr u16 suspend = 0x102;
inline constexpr u16 hibernate = 0x103;
inline constexpr u16 toggle_display = 0x104;
inline constexpr u16 recovery = 0x105;
inline constexpr u16 eject = 0x106;
}  // namespace scan

}  // namespace efi

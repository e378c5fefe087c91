// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

struct SimpleTextOutputMode {
  std::int32_t max_mode;
  std::int32_t mode;
  std::int32_t attribute;
  std::int32_t cursor_column;
  std::int32_t cursor_row;
  Boolean cursor_visible;
};
static_assert(sizeof(SimpleTextOutputMode) == 24);

// EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL [uefi §12.4].
struct SimpleTextOutput {
  static constexpr Guid guid = "387477c2-69c7-11d2-8e39-00a0c969723b"_guid;

  Status(EFIAPI* reset)(SimpleTextOutput* self, Boolean extended);
  Status(EFIAPI* output_string)(SimpleTextOutput* self, const char16_t* text);
  Status(EFIAPI* test_string)(SimpleTextOutput* self, const char16_t* text);
  Status(EFIAPI* query_mode)(SimpleTextOutput* self, u64 mode_number, u64* columns, u64* rows);
  Status(EFIAPI* set_mode)(SimpleTextOutput* self, u64 mode_number);
  Status(EFIAPI* set_attribute)(SimpleTextOutput* self, u64 attribute);
  Status(EFIAPI* clear_screen)(SimpleTextOutput* self);
  Status(EFIAPI* set_cursor_position)(SimpleTextOutput* self, u64 column, u64 row);
  Status(EFIAPI* enable_cursor)(SimpleTextOutput* self, Boolean visible);
  SimpleTextOutputMode* mode;
};
static_assert(sizeof(SimpleTextOutput) == 80 && offsetof(SimpleTextOutput, mode) == 72);

// Foreground in bits 3..0, background in bits 6..4.
namespace text_color {
inline constexpr u8 black = 0x0;
inline constexpr u8 blue = 0x1;
inline constexpr u8 green = 0x2;
inline constexpr u8 cyan = 0x3;
inline constexpr u8 red = 0x4;
inline constexpr u8 magenta = 0x5;
inline constexpr u8 brown = 0x6;
inline constexpr u8 light_gray = 0x7;
inline constexpr u8 bright = 0x8;
inline constexpr u8 yellow = 0xe;
inline constexpr u8 white = 0xf;
}  // namespace text_color

}  // namespace efi

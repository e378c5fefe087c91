// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/text_output.hpp"

#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"

namespace drivers {
namespace {

using core::thunk;

struct Mode {
  u8 columns, rows;
};
constexpr Mode modes[] = {{80, 25}, {80, 50}, {100, 31}};  // 0 and 1 have these sizes by definition [uefi §12.4.1]
constexpr u8 default_attribute = efi::text_color::light_gray;
// EFI's colour bits are BGR, the terminal's are RGB [ecma-48 §8.3.117].
constexpr u8 terminal_color[8] = {0, 4, 2, 6, 1, 5, 3, 7};

bool is_high_surrogate(char16_t c) { return c >= 0xd800 && c < 0xdc00; }
bool is_low_surrogate(char16_t c) { return c >= 0xdc00 && c < 0xe000; }

}  // namespace

void TextOutput::init(Uart& uart) {
  uart_ = &uart;
  static_cast<efi::SimpleTextOutput&>(*this) = {
      .reset = thunk<&TextOutput::reset_console>,
      .output_string = thunk<&TextOutput::output>,
      .test_string = thunk<&TextOutput::test>,
      .query_mode = thunk<&TextOutput::query>,
      .set_mode = thunk<&TextOutput::choose_mode>,
      .set_attribute = thunk<&TextOutput::choose_attribute>,
      .clear_screen = thunk<&TextOutput::clear>,
      .set_cursor_position = thunk<&TextOutput::move_cursor>,
      .enable_cursor = thunk<&TextOutput::show_cursor>,
      .mode = &state_,
  };
  state_ = {static_cast<std::int32_t>(sizeof modes / sizeof *modes), 0, default_attribute, 0, 0, 1};
}

u64 TextOutput::columns() const { return modes[state_.mode].columns; }
u64 TextOutput::rows() const { return modes[state_.mode].rows; }

void TextOutput::put_text(const char* ascii) {
  for (; *ascii; ++ascii) uart_->put(static_cast<u8>(*ascii));
}

void TextOutput::put_number(u64 value) {
  if (value >= 10) put_number(value / 10);
  uart_->put(static_cast<u8>('0' + value % 10));
}

void TextOutput::put_code_point(u32 c) {
  if (c < 0x80) {
    uart_->put(static_cast<u8>(c));
    return;
  }
  if (c < 0x800) {
    uart_->put(static_cast<u8>(0xc0 | c >> 6));
  } else {
    if (c < 0x1'0000) {
      uart_->put(static_cast<u8>(0xe0 | c >> 12));
    } else {
      uart_->put(static_cast<u8>(0xf0 | c >> 18));
      uart_->put(static_cast<u8>(0x80 | (c >> 12 & 0x3f)));
    }
    uart_->put(static_cast<u8>(0x80 | (c >> 6 & 0x3f)));
  }
  uart_->put(static_cast<u8>(0x80 | (c & 0x3f)));
}

void TextOutput::new_line() {
  put_text("\r\n");
  state_.cursor_column = 0;
  if (static_cast<u64>(state_.cursor_row) + 1 < rows()) ++state_.cursor_row;
}

void TextOutput::put_char(char16_t c) {
  switch (c) {
    case u'\b':
      if (state_.cursor_column > 0) {
        --state_.cursor_column;
        uart_->put('\b');
      }
      return;
    case u'\n':
      uart_->put('\n');
      if (static_cast<u64>(state_.cursor_row) + 1 < rows()) ++state_.cursor_row;
      return;
    case u'\r':
      uart_->put('\r');
      state_.cursor_column = 0;
      return;
    default: break;
  }
  if (is_high_surrogate(c)) {
    high_surrogate_ = c;
    return;
  }
  u32 code = c < 0x20 || c == 0x7f ? u'?' : c;
  if (is_low_surrogate(c)) code = high_surrogate_ ? 0x1'0000 + ((high_surrogate_ & 0x3ffu) << 10) + (c & 0x3ffu) : u'?';
  high_surrogate_ = 0;
  put_code_point(code);
  // Explicit, because terminals differ in what they do at the last column.
  if (static_cast<u64>(++state_.cursor_column) == columns()) new_line();
}

Result<> TextOutput::reset_console(efi::Boolean) {
  TRY(choose_attribute(default_attribute));
  TRY(choose_mode(0));
  return show_cursor(true);
}

Result<> TextOutput::output(const char16_t* text) {
  if (!text) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  for (; *text; ++text) put_char(*text);
  return {};
}

Result<> TextOutput::test(const char16_t* text) {
  if (!text) return Error::invalid_parameter;
  for (; *text; ++text)
    if (is_low_surrogate(*text) || (is_high_surrogate(*text) && !is_low_surrogate(*++text))) return Error::unsupported;
  return {};
}

Result<> TextOutput::query(u64 mode, u64* columns, u64* rows) {
  if (!columns || !rows) return Error::invalid_parameter;
  if (mode >= sizeof modes / sizeof *modes) return Error::unsupported;
  *columns = modes[mode].columns;
  *rows = modes[mode].rows;
  return {};
}

Result<> TextOutput::choose_mode(u64 mode) {
  if (mode >= sizeof modes / sizeof *modes) return Error::unsupported;
  state_.mode = static_cast<std::int32_t>(mode);
  return clear();
}

Result<> TextOutput::choose_attribute(u64 attribute) {
  if (attribute > 0x7f) return Error::unsupported;
  core::TplGuard guard(efi::tpl_notify);
  if (static_cast<u64>(state_.attribute) == attribute) return {};
  state_.attribute = static_cast<std::int32_t>(attribute);
  put_text(attribute & efi::text_color::bright ? "\x1b[0;1;3" : "\x1b[0;3");
  put_number(terminal_color[attribute & 7]);
  put_text(";4");
  put_number(terminal_color[attribute >> 4 & 7]);
  put_text("m");
  return {};
}

Result<> TextOutput::clear() {
  core::TplGuard guard(efi::tpl_notify);
  put_text("\x1b[2J");
  return move_cursor(0, 0);
}

Result<> TextOutput::move_cursor(u64 column, u64 row) {
  if (column >= columns() || row >= rows()) return Error::unsupported;
  core::TplGuard guard(efi::tpl_notify);
  state_.cursor_column = static_cast<std::int32_t>(column);
  state_.cursor_row = static_cast<std::int32_t>(row);
  put_text("\x1b[");
  put_number(row + 1);
  put_text(";");
  put_number(column + 1);
  put_text("H");
  return {};
}

Result<> TextOutput::show_cursor(efi::Boolean visible) {
  core::TplGuard guard(efi::tpl_notify);
  if (state_.cursor_visible == (visible ? 1 : 0)) return {};
  state_.cursor_visible = visible ? 1 : 0;
  put_text(visible ? "\x1b[?25h" : "\x1b[?25l");
  return {};
}

}  // namespace drivers

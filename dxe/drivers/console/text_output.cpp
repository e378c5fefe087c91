// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/text_output.hpp"

#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"

namespace drivers {
namespace {

using core::thunk;

bool is_high_surrogate(char16_t c) { return c >= 0xd800 && c < 0xdc00; }
bool is_low_surrogate(char16_t c) { return c >= 0xdc00 && c < 0xe000; }
bool moves_cursor(char16_t c) { return c == u'\b' || c == u'\n' || c == u'\r'; }

}  // namespace

void TextOutput::init_modes(std::span<const Mode> modes) {
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
  ASSERT(modes.size() <= max_modes);
  for (usize i = 0; i < modes.size(); ++i) modes_[i] = modes[i];
  const bool known = state_.max_mode != 0;
  state_.max_mode = static_cast<std::int32_t>(modes.size());
  if (!known) {
    state_.attribute = default_attribute;
    state_.cursor_visible = 1;
  }
  if (state_.mode >= state_.max_mode || columns() == 0) state_.mode = 0;
  if (column() >= columns()) state_.cursor_column = 0;
  if (row() >= rows()) state_.cursor_row = static_cast<std::int32_t>(rows() - 1);
}

void TextOutput::line_feed() {
  show_line_feed();
  if (row() + 1 < rows()) ++state_.cursor_row;
}

void TextOutput::put(char16_t c) {
  switch (c) {
    case u'\b':
      if (state_.cursor_column == 0) return;
      show_backspace();
      --state_.cursor_column;
      return;
    case u'\n': return line_feed();
    case u'\r':
      show_carriage_return();
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
  show(code);
  if (column() + 1 < columns()) {
    ++state_.cursor_column;
    return;
  }
  // Explicit, because terminals differ in what they do at the last column.
  show_carriage_return();
  state_.cursor_column = 0;
  line_feed();
}

Result<> TextOutput::reset_console(efi::Boolean) {
  TRY(choose_attribute(default_attribute));
  TRY(choose_mode(0));
  return show_cursor(true);
}

Result<> TextOutput::output(const char16_t* text) {
  if (!text) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  prepare();
  for (; *text; ++text) put(*text);
  finish();
  return {};
}

Result<> TextOutput::test(const char16_t* text) {
  if (!text) return Error::invalid_parameter;
  for (; *text; ++text) {
    if (is_low_surrogate(*text) || (is_high_surrogate(*text) && !is_low_surrogate(text[1]))) return Error::unsupported;
    if (!moves_cursor(*text) && !can_show(*text)) return Error::unsupported;
    if (is_high_surrogate(*text)) ++text;
  }
  return {};
}

Result<> TextOutput::query(u64 mode, u64* columns, u64* rows) {
  if (!columns || !rows) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  prepare();
  if (mode >= static_cast<u64>(state_.max_mode) || modes_[mode].columns == 0) return Error::unsupported;
  *columns = modes_[mode].columns;
  *rows = modes_[mode].rows;
  return {};
}

Result<> TextOutput::choose_mode(u64 mode) {
  core::TplGuard guard(efi::tpl_notify);
  prepare();
  if (mode >= static_cast<u64>(state_.max_mode) || modes_[mode].columns == 0) return Error::unsupported;
  const auto before = state_.mode;
  state_.mode = static_cast<std::int32_t>(mode);
  if (auto shown = show_mode(); !shown) {
    state_.mode = before;
    return shown;
  }
  return clear();
}

Result<> TextOutput::choose_attribute(u64 attribute) {
  if (attribute > 0x7f) return Error::unsupported;
  core::TplGuard guard(efi::tpl_notify);
  if (static_cast<u64>(state_.attribute) == attribute) return {};
  state_.attribute = static_cast<std::int32_t>(attribute);
  show_attribute();
  return {};
}

Result<> TextOutput::clear() {
  core::TplGuard guard(efi::tpl_notify);
  prepare();
  show_clear();
  finish();
  return move_cursor(0, 0);
}

Result<> TextOutput::move_cursor(u64 column, u64 row) {
  core::TplGuard guard(efi::tpl_notify);
  prepare();
  if (column >= columns() || row >= rows()) return Error::unsupported;
  state_.cursor_column = static_cast<std::int32_t>(column);
  state_.cursor_row = static_cast<std::int32_t>(row);
  show_cursor_position();
  finish();
  return {};
}

Result<> TextOutput::show_cursor(efi::Boolean visible) {
  core::TplGuard guard(efi::tpl_notify);
  prepare();
  if (state_.cursor_visible == (visible ? 1 : 0)) return {};
  state_.cursor_visible = visible ? 1 : 0;
  show_cursor_visibility();
  finish();
  return {};
}

}  // namespace drivers

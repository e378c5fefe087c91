// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/split_output.hpp"

#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"

namespace drivers {
namespace {

using core::thunk, efi::result_of;

constexpr u8 default_attribute = efi::text_color::light_gray;
constexpr unsigned defined_modes = 2;  // 80 by 25, which everybody has, and 80 by 50 [uefi §12.4.1]

}  // namespace

void SplitOutput::init(void (*wake)()) {
  wake_ = wake;
  static_cast<efi::SimpleTextOutput&>(*this) = {
      .reset = thunk<&SplitOutput::reset_console>,
      .output_string = thunk<&SplitOutput::output>,
      .test_string = thunk<&SplitOutput::test>,
      .query_mode = thunk<&SplitOutput::query>,
      .set_mode = thunk<&SplitOutput::choose_mode>,
      .set_attribute = thunk<&SplitOutput::choose_attribute>,
      .clear_screen = thunk<&SplitOutput::clear>,
      .set_cursor_position = thunk<&SplitOutput::move_cursor>,
      .enable_cursor = thunk<&SplitOutput::show_cursor>,
      .mode = &state_,
  };
  modes_[0] = {80, 25, {}};
  state_ = {1, 0, default_attribute, 0, 0, 1};
}

// Finds the number that each output gives to a mode.
bool SplitOutput::everybody_has(Mode& mode) const {
  for (unsigned i = 0; i < count_; ++i) {
    bool found = false;
    for (std::int32_t m = 0; m < outputs_[i]->mode->max_mode && !found; ++m) {
      u64 columns = 0, rows = 0;
      found = outputs_[i]->query_mode(outputs_[i], static_cast<u64>(m), &columns, &rows) == efi::Status::success &&
              columns == mode.columns && rows == mode.rows;
      if (found) mode.own[i] = static_cast<u8>(m);
    }
    if (!found) return false;
  }
  return true;
}

void SplitOutput::agree_on_modes() {
  unsigned count = defined_modes;
  modes_[0] = {80, 25, {}};
  (void)everybody_has(modes_[0]);
  modes_[1] = {80, 50, {}};
  if (!everybody_has(modes_[1])) modes_[1] = {};
  for (std::int32_t m = 2; count_ && m < outputs_[0]->mode->max_mode && count < max_modes; ++m) {
    Mode mode{};
    if (outputs_[0]->query_mode(outputs_[0], static_cast<u64>(m), &mode.columns, &mode.rows) != efi::Status::success) continue;
    if (everybody_has(mode)) modes_[count++] = mode;
  }
  state_.max_mode = static_cast<std::int32_t>(count);
}

Result<> SplitOutput::add(efi::SimpleTextOutput& output) {
  core::TplGuard guard(efi::tpl_notify);
  if (count_ == max_outputs) return Error::out_of_resources;
  const Mode now = modes_[state_.mode];
  outputs_[count_++] = &output;
  agree_on_modes();
  // The others keep their size if the new one can take it.
  std::int32_t kept = 0;
  for (std::int32_t m = 0; m < state_.max_mode; ++m)
    if (modes_[m].columns == now.columns && modes_[m].rows == now.rows) kept = m;
  if (state_.mode != 0 && kept == 0) (void)choose_mode(0);
  state_.mode = kept;
  // Outputs begin in mode 0, and clear.
  if (kept != 0 || output.mode->mode != 0) (void)output.set_mode(&output, modes_[kept].own[count_ - 1]);
  (void)output.set_attribute(&output, static_cast<u64>(state_.attribute));
  (void)output.enable_cursor(&output, state_.cursor_visible);
  (void)output.set_cursor_position(&output, static_cast<u64>(state_.cursor_column), static_cast<u64>(state_.cursor_row));
  return {};
}

void SplitOutput::remove(efi::SimpleTextOutput& output) {
  core::TplGuard guard(efi::tpl_notify);
  for (unsigned i = 0; i < count_; ++i) {
    if (outputs_[i] != &output) continue;
    for (--count_; i < count_; ++i) outputs_[i] = outputs_[i + 1];
    agree_on_modes();
    if (state_.mode >= state_.max_mode) state_.mode = 0;
  }
}

// One that works is enough. The first output's cursor is the console's.
template <class Action>
Result<> SplitOutput::on_all(Action action) {
  Result<> result;
  bool any = count_ == 0;
  for (unsigned i = 0; i < count_; ++i) {
    const Result<> one = result_of(action(outputs_[i], i));
    if (!one && !any) result = one;
    if (one) {
      any = true;
      result = {};
    }
  }
  if (count_) {
    const std::int32_t max_mode = state_.max_mode, mode = state_.mode;
    state_ = *outputs_[0]->mode;
    state_.max_mode = max_mode;
    state_.mode = mode;
  }
  return result;
}

Result<> SplitOutput::reset_console(efi::Boolean extended) {
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  state_.mode = 0;
  return on_all([&](auto* o, unsigned) { return o->reset(o, extended); });
}

Result<> SplitOutput::output(const char16_t* text) {
  if (!text) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  return on_all([&](auto* o, unsigned) { return o->output_string(o, const_cast<char16_t*>(text)); });
}

// Everybody must be able to show it.
Result<> SplitOutput::test(const char16_t* text) {
  if (!text) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  for (unsigned i = 0; i < count_; ++i) TRY(result_of(outputs_[i]->test_string(outputs_[i], text)));
  return {};
}

Result<> SplitOutput::query(u64 mode, u64* columns, u64* rows) {
  if (!columns || !rows) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  if (mode >= static_cast<u64>(state_.max_mode) || modes_[mode].columns == 0) return Error::unsupported;
  *columns = modes_[mode].columns;
  *rows = modes_[mode].rows;
  return {};
}

Result<> SplitOutput::choose_mode(u64 mode) {
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  if (mode >= static_cast<u64>(state_.max_mode) || modes_[mode].columns == 0) return Error::unsupported;
  state_.mode = static_cast<std::int32_t>(mode);
  return on_all([&](auto* o, unsigned i) { return o->set_mode(o, modes_[mode].own[i]); });
}

Result<> SplitOutput::choose_attribute(u64 attribute) {
  if (attribute > 0x7f) return Error::unsupported;
  core::TplGuard guard(efi::tpl_notify);
  state_.attribute = static_cast<std::int32_t>(attribute);
  return on_all([&](auto* o, unsigned) { return o->set_attribute(o, attribute); });
}

Result<> SplitOutput::clear() {
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  return on_all([](auto* o, unsigned) { return o->clear_screen(o); });
}

Result<> SplitOutput::move_cursor(u64 column, u64 row) {
  core::TplGuard guard(efi::tpl_notify);
  wake_();
  if (column >= modes_[state_.mode].columns || row >= modes_[state_.mode].rows) return Error::unsupported;
  return on_all([&](auto* o, unsigned) { return o->set_cursor_position(o, column, row); });
}

Result<> SplitOutput::show_cursor(efi::Boolean visible) {
  core::TplGuard guard(efi::tpl_notify);
  state_.cursor_visible = visible ? 1 : 0;
  return on_all([&](auto* o, unsigned) { return o->enable_cursor(o, visible); });
}

}  // namespace drivers

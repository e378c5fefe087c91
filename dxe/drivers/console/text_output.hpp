// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"
#include "lib/efi/text_output.hpp"

namespace drivers {

using namespace base;

// SimpleTextOutput [uefi §12.4] of one device: where the cursor is and what each character does to it. How that is shown
// is the device's.
class TextOutput : public efi::SimpleTextOutput {
 public:
  using Protocol = efi::SimpleTextOutput;

  struct Mode {
    u16 columns, rows;  // zero: the device lacks this one
  };
  static constexpr unsigned max_modes = 4;
  static constexpr u8 default_attribute = 0x07;

  Result<> reset_console(efi::Boolean extended);
  Result<> output(const char16_t* text);
  Result<> test(const char16_t* text);
  Result<> query(u64 mode, u64* columns, u64* rows);
  Result<> choose_mode(u64 mode);
  Result<> choose_attribute(u64 attribute);
  Result<> clear();
  Result<> move_cursor(u64 column, u64 row);
  Result<> show_cursor(efi::Boolean visible);

 protected:
  // Modes 0 and 1 are 80 by 25 and 80 by 50 [uefi §12.4.1].
  void init_modes(std::span<const Mode> modes);
  ~TextOutput() = default;

  u32 columns() const { return modes_[state_.mode].columns; }
  u32 rows() const { return modes_[state_.mode].rows; }
  u32 column() const { return static_cast<u32>(state_.cursor_column); }
  u32 row() const { return static_cast<u32>(state_.cursor_row); }
  u8 attribute() const { return static_cast<u8>(state_.attribute); }
  bool cursor_visible() const { return state_.cursor_visible; }

 private:
  // The cursor is still where the character or the movement begins.
  virtual void show(u32 code_point) = 0;
  virtual void show_backspace() {}
  virtual void show_carriage_return() {}
  virtual void show_line_feed() = 0;  // in the last row: scrolls
  // These find the new state in place.
  virtual void show_attribute() {}
  virtual void show_cursor_position() {}
  virtual void show_cursor_visibility() {}
  virtual void show_clear() = 0;
  virtual Result<> show_mode() { return {}; }
  virtual bool can_show(char16_t) const { return true; }
  // First and last of a call.
  virtual void prepare() {}
  virtual void finish() {}

  void put(char16_t c);
  void line_feed();

  efi::SimpleTextOutputMode state_{};
  Mode modes_[max_modes]{};
  char16_t high_surrogate_ = 0;
};

}  // namespace drivers

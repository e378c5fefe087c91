// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/efi/text_output.hpp"

namespace drivers {

using namespace base;

// The console: what is written to it goes to every output. It has the modes that all of them have.
class SplitOutput : public efi::SimpleTextOutput {
 public:
  using Protocol = efi::SimpleTextOutput;
  static constexpr unsigned max_outputs = 6, max_modes = 8;

  // `wake` is called before anything is shown, and may add outputs.
  void init(void (*wake)());
  // The new one is put into the console's mode. out_of_resources: there are too many.
  Result<> add(efi::SimpleTextOutput& output);
  void remove(efi::SimpleTextOutput& output);

  Result<> reset_console(efi::Boolean extended);
  Result<> output(const char16_t* text);
  Result<> test(const char16_t* text);
  Result<> query(u64 mode, u64* columns, u64* rows);
  Result<> choose_mode(u64 mode);
  Result<> choose_attribute(u64 attribute);
  Result<> clear();
  Result<> move_cursor(u64 column, u64 row);
  Result<> show_cursor(efi::Boolean visible);

 private:
  struct Mode {
    u64 columns, rows;  // zero: not everybody has it
    u8 own[max_outputs];  // its number at each output
  };
  void agree_on_modes();
  bool everybody_has(Mode& mode) const;
  template <class Action>
  Result<> on_all(Action action);

  void (*wake_)() = nullptr;
  efi::SimpleTextOutput* outputs_[max_outputs] = {};
  unsigned count_ = 0;
  Mode modes_[max_modes] = {};
  efi::SimpleTextOutputMode state_{};
};

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/uart.hpp"
#include "lib/base/result.hpp"
#include "lib/efi/text_output.hpp"

namespace drivers {

// SimpleTextOutput [uefi §12.4] on a VT-UTF8 terminal at the serial port.
class TextOutput : public efi::SimpleTextOutput {
 public:
  using Protocol = efi::SimpleTextOutput;
  void init(Uart& uart);

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
  void put_text(const char* ascii);
  void put_number(u64 value);
  void put_code_point(u32 code);
  void put_char(char16_t c);
  void new_line();
  u64 columns() const;
  u64 rows() const;

  Uart* uart_ = nullptr;
  efi::SimpleTextOutputMode state_{};
  char16_t high_surrogate_ = 0;
};

}  // namespace drivers

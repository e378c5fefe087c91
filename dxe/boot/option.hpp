// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/list.hpp"
#include "lib/boot/load_option.hpp"

namespace boot {

// A load option and the variable that it came from.
struct Option : ListNode<Option> {
  u16 number;
  bool tried, matched;
  std::span<u8> variable;  // in pool
  LoadOption load;         // parts of it

  const efi::DevicePath* path() const { return reinterpret_cast<const efi::DevicePath*>(load.path.data()); }
  // A file of the firmware volume that another firmware has.
  bool firmware_file() const;
};

// The options of one kind, in order.
class Options {
 public:
  // `prefix` is Boot, Driver or SysPrep.
  constexpr explicit Options(std::u16string_view prefix) : prefix_(prefix) {}
  // The variables that BootOrder or its like lists. What is listed twice, missing or malformed is left out.
  void read();

  // The Boot#### variable of this number, at the end of the list; the one in the list, if it is there.
  Result<Option*> add_variable(u16 number);
  // A new Boot#### variable, marked as made by the firmware.
  Result<Option*> create(std::u16string_view description, Bytes path);
  void erase(Option& option);
  // Writes BootOrder.
  void write_order();

  Option* find(u16 number);
  bool empty() { return list_.empty(); }
  List<Option>& list() { return list_; }

 private:
  static constexpr unsigned max_options = 512;
  Result<u16> free_number();

  std::u16string_view prefix_;
  List<Option> list_;
  unsigned count_ = 0;
};

}  // namespace boot

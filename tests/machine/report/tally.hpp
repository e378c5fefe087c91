// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/report/report.hpp"

namespace report {

// Counts by code, for codes that are few and far between.
class Tally {
 public:
  void add(u64 code) {
    for (unsigned i = 0; i < used_; ++i)
      if (slots_[i].code == code) {
        ++slots_[i].count;
        return;
      }
    if (used_ < slots) slots_[used_++] = {code, 1};
  }
  void print(const char* title) const {
    report::print("  \"%s\": {", title);
    for (unsigned i = 0; i < used_; ++i) report::print(i ? ", \"0x%x\": %d" : "\"0x%x\": %d", slots_[i].code, slots_[i].count);
    report::print("},\n");
  }

 private:
  static constexpr unsigned slots = 128;
  struct Slot {
    u64 code, count;
  } slots_[slots] = {};
  unsigned used_ = 0;
};

}  // namespace report

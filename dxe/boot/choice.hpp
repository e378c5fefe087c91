// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/boot/screen.hpp"

namespace boot {

// A list of lines of which the user picks one. Draws with what every console can do.
class Choice {
 public:
  static constexpr usize max_lines = 64;
  constexpr Choice() = default;
  // Without lines.
  void begin(const char* title) {
    title_ = title;
    count_ = chosen_ = top_ = 0;
  }
  void add(const Text& line);
  // not_found: Esc. The index of the line otherwise.
  Result<usize> run();

 private:
  void draw();
  usize rows() const;

  const char* title_ = nullptr;
  Text lines_[max_lines];
  usize count_ = 0, chosen_ = 0, top_ = 0;
};

}  // namespace boot

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace log {

using namespace base;

// The last lines of the log, in a page that the operating system leaves alone: what a debugger finds after a silent end.
// Every phase writes into the same page. It is private memory: in a confidential guest the host cannot read it.
struct Ring {
  static constexpr u64 magic_value = 0x474f'4c52'4c48'5341;  // "ASHLRLOG" in memory
  static constexpr u32 capacity = 4096 - 16;
  u64 magic;
  u32 written;  // since the start; the next character goes to written % capacity
  u32 reserved;
  char text[capacity];

  void start() {
    magic = magic_value;
    written = reserved = 0;
  }
  bool started() const { return magic == magic_value; }
  void put(char c) { text[written++ % capacity] = c; }
};
static_assert(sizeof(Ring) == 4096);

}  // namespace log

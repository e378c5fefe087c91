// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "efi.hpp"

// A report straight to the serial port: it works whatever the console, or the firmware, has become.
inline void put_byte(char c) {
  u8 status = 0;
  do asm volatile("inb %w1, %b0" : "=a"(status) : "Nd"(u16{0x3fd}));
  while (!(status & 0x20));
  asm volatile("outb %b0, %w1" : : "a"(c), "Nd"(u16{0x3f8}));
}

inline void put(const char* text) {
  for (; *text; text++) put_byte(*text);
}

inline void put_number(u64 value) {
  char digits[21];
  unsigned at = sizeof digits;
  digits[--at] = 0;
  do digits[--at] = static_cast<char>('0' + value % 10);
  while (value /= 10);
  put(digits + at);
}

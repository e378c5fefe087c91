// SPDX-License-Identifier: BSD-2-Clause-Patent
// Boot and runtime services against the UEFI 2.10 specification, as an application sees them.
#include "selftest.hpp"

Handle self;
SystemTable* st;
BootServices* bs;
RuntimeServices* rt;

namespace {

unsigned passed, failed;

void put_byte(char c) {
  u8 status = 0;
  do asm volatile("inb %w1, %b0" : "=a"(status) : "Nd"(u16{0x3fd}));
  while (!(status & 0x20));
  asm volatile("outb %b0, %w1" : : "a"(c), "Nd"(u16{0x3f8}));
}

void put_number(unsigned value) {
  char digits[12];
  unsigned at = sizeof digits;
  digits[--at] = 0;
  do digits[--at] = static_cast<char>('0' + value % 10);
  while (value /= 10);
  put(digits + at);
}

void put_verdict(const char* name, bool holds, int line) {
  (holds ? passed : failed)++;
  put(holds ? "PASS " : "FAIL ");
  put(name);
  if (!holds) {
    put(": line ");
    put_number(static_cast<unsigned>(line));
  }
}

}  // namespace

void put(const char* text) {
  for (; *text; text++) put_byte(*text);
}

void put_hex(u64 value) {
  put("0x");
  for (int shift = 60; shift >= 0; shift -= 4) put_byte("0123456789abcdef"[value >> shift & 15]);
}

void check(const char* name, bool holds, int line) {
  put_verdict(name, holds, line);
  put("\r\n");
}

void expect(const char* name, Status got, Status wanted, int line) {
  put_verdict(name, got == wanted, line);
  if (got != wanted) {
    put(", status ");
    put_hex(got);
    put(" instead of ");
    put_hex(wanted);
  }
  put("\r\n");
}

void skip(const char* name, const char* why) {
  put("SKIP ");
  put(name);
  put(": ");
  put(why);
  put("\r\n");
}

void print_totals() {
  put("SELFTEST ");
  put_number(passed);
  put(" passed, ");
  put_number(failed);
  put(" failed\r\n");
}

bool same(const void* a, const void* b, usize size) {
  const auto* left = static_cast<const u8*>(a);
  const auto* right = static_cast<const u8*>(b);
  for (usize i = 0; i < size; i++)
    if (left[i] != right[i]) return false;
  return true;
}

bool same_text(const Char* a, const Char* b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

u64 read_tsc() {
  u32 low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return u64{high} << 32 | low;
}

// The compiler calls these for copies of structures.
extern "C" void* memset(void* to, int value, usize size) {
  for (usize i = 0; i < size; i++) static_cast<volatile u8*>(to)[i] = static_cast<u8>(value);
  return to;
}

extern "C" void* memcpy(void* to, const void* from, usize size) {
  for (usize i = 0; i < size; i++) static_cast<volatile u8*>(to)[i] = static_cast<const u8*>(from)[i];
  return to;
}

extern "C" Status efi_main(Handle image, SystemTable* table) {
  self = image;
  st = table;
  bs = table->boot;
  rt = table->runtime;
  put("\r\nSELFTEST begins\r\n");
  test_tables();
  test_tpl();
  test_events();
  test_timers();
  test_event_groups();
  test_pages();
  test_pool();
  test_memory_map();
  test_protocols();
  test_protocol_opens();
  test_protocol_search();
  test_drivers();
  test_images();
  test_device_paths();
  test_pci();
  test_console_output();
  test_displays();
  test_keys_ex();
  test_console_input();
  test_serial();
  test_collation();
  test_hii();
  test_variables();
  test_variable_listing();
  test_time();
  test_misc();
  test_optional_protocols();
  test_runtime();
}

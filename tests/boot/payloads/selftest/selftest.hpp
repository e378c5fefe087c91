// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "efi.hpp"

extern Handle self;
extern SystemTable* st;
extern BootServices* bs;
extern RuntimeServices* rt;

// Reports go to the serial port directly: they must outlive boot services, and the console is itself on trial.
void put(const char* text);
void put_hex(u64 value);

// One line of the report each: `PASS name`, or `FAIL name: why`.
void check(const char* name, bool holds, int line = __builtin_LINE());
void expect(const char* name, Status got, Status wanted, int line = __builtin_LINE());
// For what the specification leaves out at the firmware's discretion.
void skip(const char* name, const char* why);

// A GUID of the tests' own family.
constexpr Guid test_guid(u8 number) { return {0x41534c52, 0x7465, 0x7374, {0, 0, 0, 0, 0, 0, 0, number}}; }

bool same(const void* a, const void* b, usize size);
bool same_text(const Char* a, const Char* b);
u64 read_tsc();

void test_tables();
void test_tpl();
void test_events();
void test_timers();
void test_event_groups();
void test_pages();
void test_pool();
void test_memory_map();
void test_protocols();
void test_protocol_opens();
void test_protocol_search();
void test_drivers();
void test_images();
void test_device_paths();
void test_pci();
void test_console_output();
void test_console_input();
void test_displays();
void test_keys_ex();
void test_serial();
void test_collation();
void test_hii();
void test_variables();
void test_variable_listing();
void test_time();
void test_misc();
void test_optional_protocols();
// Ends boot services and the machine; prints the totals in between.
[[noreturn]] void test_runtime();

void print_totals();

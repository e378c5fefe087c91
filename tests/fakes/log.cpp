// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "lib/base/result.hpp"
#include "lib/log/sinks.hpp"
#include "tests/fakes/machine.hpp"

namespace fakes {

bool debug_console = false;

namespace {
std::string text;
void keep(char c) {
  static const bool echo = std::getenv("ASHLAR_TEST_LOG") != nullptr;
  if (echo) std::fputc(c, stderr);
  if (text.size() < 1 << 20) text += c;
}
}  // namespace

std::string take_log() { return std::exchange(text, {}); }

}  // namespace fakes

namespace log {

// With the debug console present both sinks get warnings; only one is kept.
bool debug_console_present() { return fakes::debug_console; }
void debug_console_put(char c) { fakes::keep(c); }
void serial_put(char c) {
  if (!fakes::debug_console && c != '\r') fakes::keep(c);
}

}  // namespace log

namespace base {
void panic(const char* why) { throw fakes::Panic{why}; }
}  // namespace base

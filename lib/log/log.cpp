// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/log/log.hpp"

#include "lib/log/ring.hpp"
#include "lib/log/sinks.hpp"

namespace log {
namespace {
constinit bool debug_console = false;
constinit bool to_serial = false;
constinit Ring* ring = nullptr;

void put_char(char c) {
  if (ring) ring->put(c);
  if (debug_console) debug_console_put(c);
  if (to_serial) serial_put(c);
}
}  // namespace

void init(Ring* to) {
  debug_console = debug_console_present();
  ring = to;
}

bool enabled(Level level) { return debug_console || level >= Level::warning || (ring && level >= Level::info); }

namespace detail {

void begin(Level level) {
  to_serial = level >= Level::warning;
  put(level == Level::error ? "ashlar: error: " : level == Level::warning ? "ashlar: " : "");
}

void end() {
  if (to_serial) serial_put('\r');
  put_char('\n');
  to_serial = false;
}

void put(std::string_view text) {
  for (char c : text) put_char(c >= ' ' && c < 0x7f ? c : '.');
}

void put(u64 value) {
  char digits[20];
  unsigned at = sizeof digits;
  do digits[--at] = static_cast<char>('0' + value % 10);
  while (value /= 10);
  put(std::string_view(digits + at, sizeof digits - at));
}

void put_signed(i64 value) {
  if (value < 0) put_char('-');
  put(value < 0 ? 0 - static_cast<u64>(value) : static_cast<u64>(value));
}

void put(Hex h) {
  if (!h.digits) put("0x");
  unsigned digits = h.digits ? h.digits : 1;
  while (!h.digits && digits < 16 && h.value >> (4 * digits)) ++digits;
  while (digits--) put_char("0123456789abcdef"[h.value >> (4 * digits) & 15]);
}

void put(const Guid& g) {
  put(Hex{g.a, 8}), put_char('-'), put(Hex{g.b, 4}), put_char('-'), put(Hex{g.c, 4}), put_char('-');
  for (int i = 0; i < 8; ++i) {
    if (i == 2) put_char('-');
    put(Hex{g.d[i], 2});
  }
}

void put(Wide w) {
  for (const char16_t* p = w.text; *p; ++p) put_char(*p >= ' ' && *p < 0x7f ? static_cast<char>(*p) : '?');
}

}  // namespace detail
}  // namespace log

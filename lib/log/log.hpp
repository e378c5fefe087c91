// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <concepts>
#include <string_view>

#include "lib/base/address.hpp"
#include "lib/base/guid.hpp"
#include "lib/base/result.hpp"

// One line per event. Debug and info lines go to QEMU's debug console (port 0x402) when there is one;
// warnings and errors also to the serial port, because they are all that a user sees of a failed boot.
namespace log {

using namespace base;

enum class Level : u8 { debug, info, warning, error };

struct Hex {
  u64 value;
  unsigned digits = 0;
};
inline Hex hex(u64 value, unsigned digits = 0) { return {value, digits}; }
inline Hex hex(Gpa address) { return {address.raw()}; }
// UCS-2 text, shown with '?' for what is not ASCII.
struct Wide {
  const char16_t* text;
};

struct Ring;

// Looks for the debug console and, if there is one to write to, keeps the lines in a ring as well. Without init() nothing
// is printed but warnings and errors.
void init(Ring* ring);
bool enabled(Level level);

namespace detail {
// Text from the host is data: control characters are shown as '.'.
void put(std::string_view text);
void put(u64 value);
void put_signed(i64 value);
void put(Hex value);
void put(const Guid& guid);
void put(Wide text);
inline void put(const char* text) { put(std::string_view(text)); }
inline void put(Gpa address) { put(Hex{address.raw()}); }
inline void put(Error error) { put(name(error)); }
template <std::integral T>
void put(T value) {
  if constexpr (std::signed_integral<T>)
    put_signed(value);
  else
    put(static_cast<u64>(value));
}
void begin(Level level);
void end();

template <class... Parts>
void line(Level level, const Parts&... parts) {
  begin(level);
  (put(parts), ...);
  end();
}
}  // namespace detail

template <class... Parts>
void debug(const Parts&... parts) {
  if (enabled(Level::debug)) [[unlikely]]
    detail::line(Level::debug, parts...);
}
template <class... Parts>
void info(const Parts&... parts) {
  if (enabled(Level::info)) [[unlikely]]
    detail::line(Level::info, parts...);
}
template <class... Parts>
void warning(const Parts&... parts) {
  detail::line(Level::warning, parts...);
}
template <class... Parts>
void error(const Parts&... parts) {
  detail::line(Level::error, parts...);
}

}  // namespace log

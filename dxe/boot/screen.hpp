// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/efi/text_input.hpp"

// Text for the user, on every console there is; and the keys that come back.
namespace boot {

using namespace base;

// One line; what does not fit into it is cut off.
class Text {
 public:
  static constexpr usize max = 240;
  constexpr Text() = default;
  template <class... Parts>
  explicit Text(std::string_view first, const Parts&... parts) {
    put(first);
    (put(parts), ...);
  }
  void cut(usize length) {
    if (length_ > length) length_ = length;
  }
  const char16_t* c_str();
  std::u16string_view view() const { return {room_, length_}; }
  void put(std::string_view part);
  void put(const char* part) { put(std::string_view(part)); }
  void put(std::u16string_view part);
  void put(const Text& part) { put(part.view()); }
  // UTF-16 of no alignment, as variables have it; control characters are shown as '.'.
  void put(std::span<const u8> part);
  void put(std::unsigned_integral auto number) { put_number(number, false); }
  void put_hex(u64 number) { put_number(number, true); }

 private:
  void put(char16_t c) {
    if (length_ < max) room_[length_++] = c;
  }
  void put_number(u64 number, bool hex);

  char16_t room_[max + 1] = {};
  usize length_ = 0;
};

void print(const Text& text);
void print_line(const Text& text);
// Lines broken at spaces, indented by two columns, by four where one goes on.
void print_wrapped(const Text& text);
void clear_screen();
void set_colors(u8 foreground, u8 background);
struct Size {
  u64 columns, rows;
};
Size screen_size();

// Forgets what was typed so far.
void drop_keys();
// Waits for a key; without a timeout, for ever. not_found: none came.
inline constexpr u64 no_timeout = ~u64{0};
Result<efi::InputKey> wait_key(u64 milliseconds = no_timeout);

}  // namespace boot

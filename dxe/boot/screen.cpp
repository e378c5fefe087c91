// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/screen.hpp"

#include "dxe/core/event.hpp"
#include "dxe/core/services.hpp"
#include "lib/base/endian.hpp"
#include "lib/device_path/sink.hpp"

namespace boot {
namespace {

efi::SimpleTextOutput& output() { return *core::system_table().con_out; }
efi::SimpleTextInput& input() { return *core::system_table().con_in; }

}  // namespace

void Text::put(std::string_view part) {
  for (char c : part) put(static_cast<char16_t>(static_cast<u8>(c)));
}

void Text::put(std::u16string_view part) {
  for (char16_t c : part) put(c);
}

void Text::put(std::span<const u8> part) {
  for (usize at = 0; at + sizeof(char16_t) <= part.size(); at += sizeof(char16_t)) {
    const auto c = load_le<char16_t>(&part[at]);
    put(c < u' ' || c == 0x7f ? u'.' : c);
  }
}

void Text::put_number(u64 number, bool hex) {
  char16_t digits[24];
  device_path::TextSink sink{std::span(digits)};
  hex ? sink.put_hex(number) : sink.put_decimal(number);
  put(std::u16string_view(digits, sink.length()));
}

const char16_t* Text::c_str() {
  room_[length_] = 0;
  return room_;
}

void print(const Text& text) {
  Text copy = text;
  (void)output().output_string(&output(), copy.c_str());
}

void print_line(const Text& text) {
  print(text);
  (void)output().output_string(&output(), u"\r\n");
}

void print_wrapped(const Text& text) {
  std::u16string_view rest = text.view();
  const usize room = screen_size().columns > 20 ? screen_size().columns - 5 : 16;
  for (const char* indent = "  "; !rest.empty(); indent = "    ") {
    usize length = rest.size() < room ? rest.size() : room;
    if (length < rest.size())
      for (usize at = length; at > room / 2; --at)
        if (rest[at] == u' ') {
          length = at;
          break;
        }
    print_line(Text(indent, std::u16string_view(rest.data(), length)));
    rest.remove_prefix(length);
    while (!rest.empty() && rest.front() == u' ') rest.remove_prefix(1);
  }
}

void clear_screen() { (void)output().clear_screen(&output()); }

void set_colors(u8 foreground, u8 background) { (void)output().set_attribute(&output(), u64{background} << 4 | foreground); }

Size screen_size() {
  Size size{80, 25};
  u64 columns = 0, rows = 0;
  const auto mode = static_cast<u64>(output().mode->mode);
  if (output().query_mode(&output(), mode, &columns, &rows) == efi::Status::success && columns && rows) size = {columns, rows};
  return size;
}

void drop_keys() {
  efi::InputKey key;
  for (unsigned i = 0; i < 256 && input().read_key_stroke(&input(), &key) == efi::Status::success; ++i) {
  }
}

Result<efi::InputKey> wait_key(u64 milliseconds) {
  efi::Event events[2] = {input().wait_for_key, nullptr};
  u64 count = 1;
  if (milliseconds != no_timeout) {
    TRY(core::create_event(efi::event_type::timer, 0, nullptr, nullptr, &events[1]));
    TRY(core::set_timer(events[1], efi::TimerDelay::relative, milliseconds * 10'000));
    count = 2;
  }
  Result<efi::InputKey> result = Error::not_found;
  u64 index = 0;
  efi::InputKey key{};
  while (core::wait_for_event(count, events, &index) && index == 0)
    if (input().read_key_stroke(&input(), &key) == efi::Status::success) {
      result = key;
      break;
    }
  if (events[1]) (void)!core::close_event(events[1]);
  return result;
}

}  // namespace boot

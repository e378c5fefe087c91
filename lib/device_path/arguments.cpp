// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/device_path/arguments.hpp"

namespace device_path {
namespace {

using Text = std::u16string_view;
constexpr u64 not_a_digit = 16;

// Like substr, for a start that lies inside.
Text from(Text text, usize start) { return {text.data() + start, text.size() - start}; }
Text first(Text text, usize length) { return {text.data(), length < text.size() ? length : text.size()}; }

u64 digit(char16_t c) {
  if (c >= '0' && c <= '9') return c - u'0';
  const unsigned lower = c | 0x20;
  return c < 0x80 && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : not_a_digit;
}

Result<u64> read_digits(Text text, u64 base, u64 most) {
  if (text.empty()) return Error::invalid_parameter;
  u64 value = 0;
  for (char16_t c : text) {
    const u64 d = digit(c);
    if (d >= base || d > most || value > (most - d) / base) return Error::invalid_parameter;
    value = value * base + d;
  }
  return value;
}

// Takes the text up to a separator, which is dropped.
Text take(Text& text, char16_t separator) {
  const usize at = text.find(separator);
  const Text part = first(text, at);
  text = at == text.npos ? Text() : from(text, at + 1);
  return part;
}

// Colon-separated groups of a half of an IPv6 address; how many bytes they are.
Result<u64> read_groups(Text text, std::span<u8> into) {
  u64 bytes = 0;
  if (text.empty()) return bytes;
  usize groups = 1;
  for (char16_t c : text) groups += c == u':';
  for (usize i = 0; i < groups; ++i) {
    const u64 value = TRY(read_digits(take(text, u':'), 16, 0xffff));
    if (bytes == into.size()) return Error::invalid_parameter;
    into[bytes++] = static_cast<u8>(value >> 8);
    into[bytes++] = static_cast<u8>(value);
  }
  return bytes;
}

}  // namespace

bool equal(Text text, std::string_view ascii) {
  if (text.size() != ascii.size()) return false;
  for (usize i = 0; i < text.size(); ++i)
    if (text[i] != static_cast<u8>(ascii[i])) return false;
  return true;
}

usize top_level_end(Text text, Text stops) {
  usize depth = 0;
  for (usize i = 0; i < text.size(); ++i) {
    if (text[i] == u'(')
      ++depth;
    else if (text[i] == u')')
      depth -= depth != 0;
    else if (depth == 0 && stops.find(text[i]) != stops.npos)
      return i;
  }
  return text.size();
}

Text Arguments::next() {
  const usize length = top_level_end(text_, u",");
  const Text part = first(text_, length);
  done_ = length == text_.size();
  text_.remove_prefix(done_ ? length : length + 1);
  return part;
}

Text Arguments::rest() {
  done_ = true;
  return text_;
}

Result<u64> read_number(Text text, unsigned bytes) {
  const u64 most = ~0ull >> (64 - 8 * bytes);
  if (text.empty()) return u64{0};
  const bool hex = text.size() > 2 && text[0] == u'0' && (text[1] | 0x20) == u'x';
  return hex ? read_digits(from(text, 2), 16, most) : read_digits(text, 10, most);
}

// Three letters of five bits and four digits [acpi §6.1.5].
Result<u64> read_eisa_id(Text text) {
  if (text.size() != 7 || (text[0] == u'0' && (text[1] | 0x20) == u'x')) return read_number(text, 4);
  u64 letters = 0;
  for (char16_t c : first(text, 3)) {
    if (c < u'A' || c > u'Z') return Error::invalid_parameter;
    letters = letters << 5 | static_cast<u64>(c - u'A' + 1);
  }
  return letters | TRY(read_digits(from(text, 3), 16, 0xffff)) << 16;
}

Result<Guid> read_guid(Text text) {
  constexpr usize parts[] = {8, 4, 4, 4, 12};
  if (text.empty()) return Guid{};
  u64 value[5];
  for (usize i = 0; i < 5; ++i) {
    const Text part = take(text, u'-');
    if (part.size() != parts[i]) return Error::invalid_parameter;
    value[i] = TRY(read_digits(part, 16, ~0ull));
  }
  if (!text.empty()) return Error::invalid_parameter;
  Guid guid{static_cast<u32>(value[0]), static_cast<u16>(value[1]), static_cast<u16>(value[2]), {}};
  const u64 last = value[3] << 48 | value[4];
  for (int i = 0; i < 8; ++i) guid.d[i] = static_cast<u8>(last >> (56 - 8 * i));
  return guid;
}

Result<> read_data(Text text, ByteSink& to) {
  if (text.size() % 2 != 0) return Error::invalid_parameter;
  for (usize i = 0; i < text.size(); i += 2) to.put(static_cast<u8>(TRY(read_digits(first(from(text, i), 2), 16, 0xff))));
  return {};
}

Result<> read_ipv4(Text text, std::span<u8> address) {
  for (u8& byte : address) byte = static_cast<u8>(TRY(read_digits(take(text, u'.'), 10, 0xff)));
  return text.empty() ? Result<>() : Error::invalid_parameter;
}

// One :: stands for as many zeros as are missing [rfc4291 §2.2].
Result<> read_ipv6(Text text, std::span<u8> address) {
  const usize gap = text.find(u"::");
  const u64 front = TRY(read_groups(first(text, gap), address));
  if (gap == text.npos) return front == address.size() ? Result<>() : Error::invalid_parameter;
  u8 tail[16];
  const u64 back = TRY(read_groups(from(text, gap + 2), tail));
  if (front + back + 2 > address.size()) return Error::invalid_parameter;
  __builtin_memcpy(address.data() + address.size() - back, tail, back);
  return {};
}

Result<> read_eui64(Text text, std::span<u8> id) {
  for (usize i = id.size(); i-- > 0;) {
    const Text part = take(text, u'-');
    if (part.size() != 2) return Error::invalid_parameter;
    id[i] = static_cast<u8>(TRY(read_digits(part, 16, 0xff)));
  }
  return text.empty() ? Result<>() : Error::invalid_parameter;
}

}  // namespace device_path

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/device_path/sink.hpp"

namespace device_path {
namespace {
char16_t digit(u64 value) { return static_cast<char16_t>(value < 10 ? '0' + value : 'A' + value - 10); }
}  // namespace

void TextSink::put(char16_t c) { add(c); }

void TextSink::put(std::string_view text) {
  for (char c : text) put(static_cast<char16_t>(static_cast<u8>(c)));
}

void TextSink::put_digits(u64 value, unsigned least) {
  unsigned digits = 16;
  while (digits > least && value >> 4 * (digits - 1) == 0) --digits;
  while (digits-- > 0) put(digit(value >> 4 * digits & 15));
}

void TextSink::put_hex(u64 value, unsigned least) {
  put("0x");
  put_digits(value, least);
}

void TextSink::put_decimal(u64 value) {
  u64 power = 1;
  while (value / power >= 10) power *= 10;
  for (; power; power /= 10) put(digit(value / power % 10));
}

void TextSink::put_data(std::span<const u8> data) {
  for (u8 byte : data) put_digits(byte, 2);
}

void TextSink::put_guid(const Guid& guid) {
  put_digits(guid.a, 8);
  put(u'-');
  put_digits(guid.b, 4);
  put(u'-');
  put_digits(guid.c, 4);
  put(u'-');
  put_data({guid.d, 2});
  put(u'-');
  put_data({guid.d + 2, 6});
}

void ByteSink::put(u8 byte) { add(byte); }

void ByteSink::put(std::span<const u8> data) {
  for (u8 byte : data) put(byte);
}

void ByteSink::put_zeros(u64 count) {
  while (count-- > 0) put(u8{0});
}

void ByteSink::patch(u64 at, const void* data, u64 bytes) {
  for (u64 i = 0; i < bytes && at + i < room_.size(); ++i) room_[at + i] = static_cast<const u8*>(data)[i];
}

}  // namespace device_path

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/guid.hpp"

namespace device_path {

using namespace base;

// Output of unknown length: everything is counted, what has room is kept. Without room it only measures, so that a
// caller can allocate and run the same conversion again.
template <class Unit>
class Sink {
 public:
  Sink() = default;
  explicit Sink(std::span<Unit> room) : room_(room) {}

  void put(Unit unit) {
    if (length_ < room_.size()) room_[length_] = unit;
    ++length_;
  }
  u64 length() const { return length_; }
  bool fits() const { return length_ <= room_.size(); }
  // Forgets what was put behind an earlier length().
  void rewind(u64 length) { length_ = length; }

 protected:
  std::span<Unit> room_;
  u64 length_ = 0;
};

class TextSink : public Sink<char16_t> {
 public:
  using Sink::put;
  using Sink::Sink;

  void put(std::string_view text) {
    for (char c : text) put(static_cast<char16_t>(static_cast<u8>(c)));
  }
  void put_digits(u64 value, unsigned least = 1) {
    unsigned digits = 16;
    while (digits > least && value >> 4 * (digits - 1) == 0) --digits;
    while (digits-- > 0) put(digit(value >> 4 * digits & 15));
  }
  void put_hex(u64 value, unsigned least = 1) {
    put("0x");
    put_digits(value, least);
  }
  void put_decimal(u64 value) {
    u64 power = 1;
    while (value / power >= 10) power *= 10;
    for (; power; power /= 10) put(digit(value / power % 10));
  }
  void put_data(std::span<const u8> data) {
    for (u8 byte : data) put_digits(byte, 2);
  }
  void put_guid(const Guid& guid) {
    put_digits(guid.a, 8);
    for (u16 part : {guid.b, guid.c}) put(u'-'), put_digits(part, 4);
    put(u'-');
    put_data({guid.d, 2});
    put(u'-');
    put_data({guid.d + 2, 6});
  }

 private:
  static char16_t digit(u64 value) { return static_cast<char16_t>(value < 10 ? '0' + value : 'A' + value - 10); }
};

class ByteSink : public Sink<u8> {
 public:
  using Sink::put;
  using Sink::Sink;

  void put(std::span<const u8> data) {
    for (u8 byte : data) put(byte);
  }
  void put_zeros(u64 count) {
    while (count-- > 0) put(u8{0});
  }
  // Overwrites what was put before.
  void patch(u64 at, const void* data, u64 bytes) {
    for (u64 i = 0; i < bytes && at + i < room_.size(); ++i) room_[at + i] = static_cast<const u8*>(data)[i];
  }
};

}  // namespace device_path

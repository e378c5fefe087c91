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

  u64 length() const { return length_; }
  bool fits() const { return length_ <= room_.size(); }
  // Forgets what was put behind an earlier length().
  void rewind(u64 length) { length_ = length; }

 protected:
  void add(Unit unit) {
    if (length_ < room_.size()) room_[length_] = unit;
    ++length_;
  }
  std::span<Unit> room_;
  u64 length_ = 0;
};

class TextSink : public Sink<char16_t> {
 public:
  using Sink::Sink;

  void put(char16_t c);
  void put(std::string_view text);
  void put_digits(u64 value, unsigned least = 1);  // hexadecimal
  void put_hex(u64 value, unsigned least = 1);     // behind 0x
  void put_decimal(u64 value);
  void put_data(std::span<const u8> data);
  void put_guid(const Guid& guid);
};

class ByteSink : public Sink<u8> {
 public:
  using Sink::Sink;

  void put(u8 byte);
  void put(std::span<const u8> data);
  void put_zeros(u64 count);
  // Overwrites what was put before.
  void patch(u64 at, const void* data, u64 bytes);
};

}  // namespace device_path

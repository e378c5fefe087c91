// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/rtc/cmos.hpp"

namespace rtc {

// How the clock writes numbers: as its status B says. Only a value in range gets through.
class Encoding {
 public:
  constexpr explicit Encoding(u8 status_b)
      : binary_(BinaryMode::get(status_b) != 0), hours24_(Hours24::get(status_b) != 0) {}

  constexpr Result<u8> decode(u8 raw, u8 low, u8 high) const {
    if (!binary_ && ((raw & 0xf) > 9 || raw >> 4 > 9)) return Error::device_error;
    const u8 value = binary_ ? raw : static_cast<u8>((raw >> 4) * 10 + (raw & 0xf));
    if (value < low || value > high) return Error::device_error;
    return value;
  }
  constexpr Result<u8> decode_hour(u8 raw) const {
    if (hours24_) return decode(raw, 0, 23);
    const auto hour = decode(raw & 0x7f, 1, 12);
    if (!hour) return hour;
    return static_cast<u8>(hour.value_or(0) % 12 + (raw & afternoon ? 12 : 0));
  }

  constexpr u8 encode(u8 value) const { return binary_ ? value : static_cast<u8>(value / 10 << 4 | value % 10); }
  constexpr u8 encode_hour(u8 hour) const {
    if (hours24_) return encode(hour);
    const u8 hour12 = hour % 12 == 0 ? 12 : hour % 12;
    return static_cast<u8>(encode(hour12) | (hour >= 12 ? afternoon : 0));
  }

 private:
  static constexpr u8 afternoon = 0x80;
  bool binary_;
  bool hours24_;
};

static_assert(Encoding(2).encode(59) == 0x59 && Encoding(6).encode(59) == 59);
static_assert(Encoding(0).encode_hour(0) == 0x12 && Encoding(0).encode_hour(23) == 0x91);
static_assert(Encoding(0).decode_hour(0x92).value_or(99) == 12 && !Encoding(2).decode(0x5a, 0, 59));

}  // namespace rtc

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/bits.hpp"
#include "lib/rtc/calendar.hpp"

// Times of directory entries: local time from 1980 to 2107, in two seconds [fat §6.2].
namespace fat {

using namespace base;
using rtc::Moment;

namespace date {
using Year = Bits<15, 9>;  // since 1980
using Month = Bits<8, 5>;
using Day = Bits<4, 0>;
}  // namespace date
namespace time {
using Hour = Bits<15, 11>;
using Minute = Bits<10, 5>;
using TwoSeconds = Bits<4, 0>;
}  // namespace time

constexpr u16 first_year = 1980, last_year = 2107;

constexpr u16 encode_date(const Moment& m) {
  if (m.year < first_year) return encode_date({first_year, 1, 1, 0, 0, 0});
  if (m.year > last_year) return encode_date({last_year, 12, 31, 0, 0, 0});
  return static_cast<u16>(date::Year::put(m.year - first_year) | date::Month::put(m.month) | date::Day::put(m.day));
}
constexpr u16 encode_time(const Moment& m) {
  return static_cast<u16>(time::Hour::put(m.hour) | time::Minute::put(m.minute) | time::TwoSeconds::put(m.second / 2));
}

// All zeros when there is no such time.
constexpr Moment decode(u16 d, u16 t, u8 centiseconds) {
  const Moment m = {static_cast<u16>(first_year + date::Year::get(d)),
                    static_cast<u8>(date::Month::get(d)),
                    static_cast<u8>(date::Day::get(d)),
                    static_cast<u8>(time::Hour::get(t)),
                    static_cast<u8>(time::Minute::get(t)),
                    static_cast<u8>(time::TwoSeconds::get(t) * 2 + (centiseconds >= 100))};
  return rtc::valid(m) ? m : Moment{};
}

static_assert(decode(encode_date({2024, 2, 29, 23, 59, 58}), encode_time({2024, 2, 29, 23, 59, 58}), 100) == Moment{2024, 2, 29, 23, 59, 59});
static_assert(decode(encode_date({1970, 5, 5, 0, 0, 0}), 0, 0) == Moment{1980, 1, 1, 0, 0, 0} && decode(0, 0, 0) == Moment{});

}  // namespace fat

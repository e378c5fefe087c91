// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/time.hpp"

namespace rtc {

using namespace base;

// A moment as the clock keeps it: no zone, no fraction.
struct Moment {
  u16 year;
  u8 month, day, hour, minute, second;
  bool operator==(const Moment&) const = default;
};

constexpr bool leap(u16 year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }
constexpr u8 days_in_month(u16 year, u8 month) {
  if (month == 2) return leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

constexpr bool valid(const Moment& m) {
  return m.year >= 1900 && m.year <= 9999 && m.month >= 1 && m.month <= 12 && m.day >= 1 &&
         m.day <= days_in_month(m.year, m.month) && m.hour <= 23 && m.minute <= 59 && m.second <= 59;
}

constexpr Moment moment_of(const efi::Time& t) { return {t.year, t.month, t.day, t.hour, t.minute, t.second}; }

// Every field of EFI_TIME, as SetTime and SetWakeupTime must check it [uefi §8.3].
constexpr bool valid(const efi::Time& t) {
  constexpr u8 daylight_bits = efi::time_adjust_daylight | efi::time_in_daylight;
  const bool zone = t.timezone == efi::unspecified_timezone || (t.timezone >= -1440 && t.timezone <= 1440);
  return valid(moment_of(t)) && t.nanosecond <= 999'999'999 && zone && (t.daylight & ~daylight_bits) == 0;
}

constexpr u32 second_of_day(const Moment& m) { return (m.hour * 60u + m.minute) * 60u + m.second; }

constexpr Moment next_day(Moment m) {
  if (++m.day <= days_in_month(m.year, m.month)) return m;
  m.day = 1;
  if (++m.month <= 12) return m;
  m.month = 1;
  ++m.year;
  return m;
}


static_assert(days_in_month(2000, 2) == 29 && days_in_month(2100, 2) == 28 && days_in_month(2024, 2) == 29);
static_assert(next_day({2023, 12, 31, 5, 6, 7}) == Moment{2024, 1, 1, 5, 6, 7});

}  // namespace rtc

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

namespace efi {

inline constexpr std::int16_t unspecified_timezone = 0x07ff;
inline constexpr u8 time_adjust_daylight = 0x01;
inline constexpr u8 time_in_daylight = 0x02;

// EFI_TIME [uefi §8.3.1].
struct Time {
  u16 year;  // 1900 to 9999
  u8 month;
  u8 day;
  u8 hour;
  u8 minute;
  u8 second;
  u8 pad1;
  u32 nanosecond;
  std::int16_t timezone;  // minutes, -1440 to 1440, or unspecified_timezone
  u8 daylight;
  u8 pad2;
};
static_assert(sizeof(Time) == 16 && offsetof(Time, nanosecond) == 8 && offsetof(Time, daylight) == 14);

struct TimeCapabilities {
  u32 resolution;  // ticks a second
  u32 accuracy;    // parts per million, times 10^6
  Boolean sets_to_zero;
};
static_assert(sizeof(TimeCapabilities) == 12 && offsetof(TimeCapabilities, sets_to_zero) == 8);

}  // namespace efi

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/bits.hpp"

// The MC146818-compatible clock and its RAM behind ports 0x70/0x71. Each access selects a register first: the
// caller must not be interrupted by another user of the ports in between.
namespace rtc {

using namespace base;

namespace cmos {
inline constexpr u8 seconds = 0x00;
inline constexpr u8 seconds_alarm = 0x01;
inline constexpr u8 minutes = 0x02;
inline constexpr u8 minutes_alarm = 0x03;
inline constexpr u8 hours = 0x04;  // bit 7: afternoon, in 12-hour mode
inline constexpr u8 hours_alarm = 0x05;
inline constexpr u8 day = 0x07;
inline constexpr u8 month = 0x08;
inline constexpr u8 year = 0x09;
inline constexpr u8 status_a = 0x0a;
inline constexpr u8 status_b = 0x0b;
inline constexpr u8 status_c = 0x0c;
inline constexpr u8 century = 0x32;

u8 read(u8 index);
void write(u8 index, u8 value);
}  // namespace cmos

using UpdateInProgress = Bits<7>;  // status A
using SetMode = Bits<7>;           // status B: the clock stands still
using AlarmEnable = Bits<5>;       // status B
using BinaryMode = Bits<2>;        // status B; else BCD
using Hours24 = Bits<1>;           // status B
using AlarmFlag = Bits<5>;         // status C; reading clears it

}  // namespace rtc

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/rtc/calendar.hpp"

// The real-time clock. Whatever the host's device answers, a call ends after a bounded number of port
// accesses with a valid moment or device_error.
namespace rtc {

Result<Moment> read();
Result<> set(const Moment& moment);

// The clock's alarm knows the time of day only, so it lies within the next 24 hours.
struct Alarm {
  bool enabled;
  bool pending;  // it went off; asking clears this
  Moment moment;
};
Result<Alarm> read_alarm();
// unsupported: further away than the alarm can reach, or past.
Result<> set_alarm(const Moment& moment);
void disable_alarm();

}  // namespace rtc

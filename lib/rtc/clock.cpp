// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/rtc/clock.hpp"

#include "lib/rtc/encoding.hpp"

namespace rtc {
namespace {

// An update takes 2 ms on hardware, a quarter of one under QEMU; a port access, of which a poll has two, takes 0.1 µs at the least.
constexpr unsigned update_polls = 20'000;
constexpr unsigned snapshot_attempts = 4;

Result<> wait_for_update() {
  for (unsigned i = 0; i < update_polls; ++i)
    if (!UpdateInProgress::get(cmos::read(cmos::status_a))) return {};
  return Error::device_error;
}

struct Snapshot {
  u8 second, minute, hour, day, month, year, century;
  bool operator==(const Snapshot&) const = default;
};

Snapshot take_snapshot() {
  return {cmos::read(cmos::seconds), cmos::read(cmos::minutes), cmos::read(cmos::hours),  cmos::read(cmos::day),
          cmos::read(cmos::month),   cmos::read(cmos::year),    cmos::read(cmos::century)};
}

// Two equal snapshots were not torn by an update that began between two reads.
Result<Snapshot> stable_snapshot() {
  TRY(wait_for_update());
  Snapshot last = take_snapshot();
  for (unsigned i = 0; i < snapshot_attempts; ++i) {
    TRY(wait_for_update());
    const Snapshot again = take_snapshot();
    if (again == last) return again;
    last = again;
  }
  return Error::device_error;
}

Encoding encoding() { return Encoding(cmos::read(cmos::status_b)); }

// The alarm's time of day as a moment of the next 24 hours.
Moment upcoming(const Moment& now, u8 hour, u8 minute, u8 second) {
  Moment at{now.year, now.month, now.day, hour, minute, second};
  return second_of_day(at) > second_of_day(now) ? at : next_day(at);
}

}  // namespace

Result<Moment> read() {
  const Snapshot raw = TRY(stable_snapshot());
  const Encoding code = encoding();
  // A machine without a century register shows something else there: this century, then.
  const u8 century = code.decode(raw.century, 19, 99).value_or(20);
  const Moment moment{static_cast<u16>(century * 100 + TRY(code.decode(raw.year, 0, 99))),
                      TRY(code.decode(raw.month, 1, 12)),
                      TRY(code.decode(raw.day, 1, 31)),
                      TRY(code.decode_hour(raw.hour)),
                      TRY(code.decode(raw.minute, 0, 59)),
                      TRY(code.decode(raw.second, 0, 59))};
  if (!valid(moment)) return Error::device_error;
  return moment;
}

Result<> set(const Moment& moment) {
  if (!valid(moment)) return Error::invalid_parameter;
  TRY(wait_for_update());
  const u8 status = cmos::read(cmos::status_b);
  const Encoding code(status);
  cmos::write(cmos::status_b, static_cast<u8>(SetMode::set(status, 1)));
  cmos::write(cmos::seconds, code.encode(moment.second));
  cmos::write(cmos::minutes, code.encode(moment.minute));
  cmos::write(cmos::hours, code.encode_hour(moment.hour));
  cmos::write(cmos::day, code.encode(moment.day));
  cmos::write(cmos::month, code.encode(moment.month));
  cmos::write(cmos::year, code.encode(static_cast<u8>(moment.year % 100)));
  cmos::write(cmos::century, code.encode(static_cast<u8>(moment.year / 100)));
  cmos::write(cmos::status_b, static_cast<u8>(SetMode::set(status, 0)));
  return {};
}

Result<Alarm> read_alarm() {
  const Moment now = TRY(read());
  const u8 status = cmos::read(cmos::status_b);
  const Encoding code(status);
  const u8 hour = TRY(code.decode_hour(cmos::read(cmos::hours_alarm)));
  const u8 minute = TRY(code.decode(cmos::read(cmos::minutes_alarm), 0, 59));
  const u8 second = TRY(code.decode(cmos::read(cmos::seconds_alarm), 0, 59));
  const Moment moment = upcoming(now, hour, minute, second);
  if (!valid(moment)) return Error::device_error;
  const bool pending = AlarmFlag::get(cmos::read(cmos::status_c)) != 0;
  return Alarm{AlarmEnable::get(status) != 0, pending, moment};
}

Result<> set_alarm(const Moment& moment) {
  if (!valid(moment)) return Error::invalid_parameter;
  const Moment now = TRY(read());
  if (!(upcoming(now, moment.hour, moment.minute, moment.second) == moment)) return Error::unsupported;
  const u8 status = cmos::read(cmos::status_b);
  const Encoding code(status);
  cmos::write(cmos::status_b, static_cast<u8>(AlarmEnable::set(status, 0)));
  cmos::write(cmos::seconds_alarm, code.encode(moment.second));
  cmos::write(cmos::minutes_alarm, code.encode(moment.minute));
  cmos::write(cmos::hours_alarm, code.encode_hour(moment.hour));
  (void)cmos::read(cmos::status_c);  // an old alarm is not this one
  cmos::write(cmos::status_b, static_cast<u8>(AlarmEnable::set(status, 1)));
  return {};
}

void disable_alarm() {
  cmos::write(cmos::status_b, static_cast<u8>(AlarmEnable::set(cmos::read(cmos::status_b), 0)));
}

}  // namespace rtc

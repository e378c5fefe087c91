// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include "lib/rtc/clock.hpp"
#include "lib/rtc/encoding.hpp"
#include "tests/fakes/machine.hpp"

namespace {

using namespace base;
using rtc::Moment;

// A clock that says what it is told to; each access may be made to look like an update.
class FakeClock : public fakes::PortDevice {
 public:
  FakeClock() {
    fakes::forget_devices();
    fakes::attach(*this, 0x70, 0x71);
    ram[rtc::cmos::status_b] = 0x02;
  }
  ~FakeClock() override { fakes::forget_devices(); }

  u32 in(u16 port, unsigned) override {
    if (port != 0x71) return 0xff;
    if (index == rtc::cmos::status_a) {
      if (busy_reads == 0) return 0x26;
      --busy_reads;
      return 0xa6;
    }
    const u8 value = ram[index];
    if (index == rtc::cmos::status_c) ram[index] = 0;
    if (index == rtc::cmos::hours && tear) {
      --tear;
      ram[rtc::cmos::minutes] ^= 1;  // an update between minutes and hours
    }
    return value;
  }
  void out(u16 port, unsigned, u32 value) override {
    if (port == 0x70) {
      index = static_cast<u8>(value & 0x7f);
      return;
    }
    if (index < 10 && index % 2 == 0 && !(ram[rtc::cmos::status_b] & 0x80)) written_while_running = true;
    ram[index] = static_cast<u8>(value);
  }
  void show(u8 century, u8 year, u8 month, u8 day, u8 hour, u8 minute, u8 second) {
    ram[rtc::cmos::century] = century;
    ram[rtc::cmos::year] = year;
    ram[rtc::cmos::month] = month;
    ram[rtc::cmos::day] = day;
    ram[rtc::cmos::hours] = hour;
    ram[rtc::cmos::minutes] = minute;
    ram[rtc::cmos::seconds] = second;
  }

  u8 ram[128] = {};
  u8 index = 0;
  u32 busy_reads = 0;
  u32 tear = 0;
  bool written_while_running = false;
};

class RtcTest : public testing::Test {
 protected:
  FakeClock clock;
};

TEST_F(RtcTest, ReadsBcd) {
  clock.show(0x20, 0x24, 0x02, 0x29, 0x23, 0x59, 0x58);
  auto moment = rtc::read();
  ASSERT_TRUE(moment);
  EXPECT_EQ(*moment, (Moment{2024, 2, 29, 23, 59, 58}));
}

TEST_F(RtcTest, ReadsBinaryAndTwelveHours) {
  clock.ram[rtc::cmos::status_b] = 0x04;
  clock.show(19, 99, 12, 31, 0x80 | 12, 59, 59);
  EXPECT_EQ(*rtc::read(), (Moment{1999, 12, 31, 12, 59, 59}));
  clock.show(19, 99, 12, 31, 12, 59, 59);
  EXPECT_EQ(*rtc::read(), (Moment{1999, 12, 31, 0, 59, 59}));
  clock.show(19, 99, 12, 31, 0x80 | 11, 59, 59);
  EXPECT_EQ(*rtc::read(), (Moment{1999, 12, 31, 23, 59, 59}));
  clock.show(19, 99, 12, 31, 13, 59, 59);
  EXPECT_FALSE(rtc::read());
}

TEST_F(RtcTest, AnAbsentCenturyIsThisOne) {
  clock.show(0xff, 0x31, 0x01, 0x01, 0, 0, 0);
  EXPECT_EQ(rtc::read()->year, 2031);
}

TEST_F(RtcTest, WaitsForAnUpdateAndNotForEver) {
  clock.show(0x20, 0x24, 0x01, 0x01, 0, 0, 0);
  clock.busy_reads = 1000;
  EXPECT_TRUE(rtc::read());
  clock.busy_reads = ~0u;
  const auto stuck = rtc::read();
  ASSERT_FALSE(stuck);
  EXPECT_EQ(stuck.error(), Error::device_error);
  EXPECT_FALSE(rtc::set({2024, 1, 1, 0, 0, 0}));
}

TEST_F(RtcTest, ATornReadIsRepeatedAndNotForEver) {
  clock.show(0x20, 0x24, 0x01, 0x01, 0x10, 0x20, 0x30);
  clock.tear = 2;
  EXPECT_EQ(*rtc::read(), (Moment{2024, 1, 1, 10, 20, 30}));
  clock.tear = ~0u;
  EXPECT_FALSE(rtc::read());
}

TEST_F(RtcTest, WithoutAClockThereIsNoTime) {
  fakes::forget_devices();
  EXPECT_FALSE(rtc::read());
  EXPECT_FALSE(rtc::read_alarm());
  EXPECT_FALSE(rtc::set({2024, 1, 1, 0, 0, 0}));
}

TEST_F(RtcTest, EveryFieldIsChecked) {
  struct {
    u8 index, value;
  } const bad[] = {{rtc::cmos::seconds, 0x60}, {rtc::cmos::seconds, 0x5a}, {rtc::cmos::minutes, 0x60},
                   {rtc::cmos::hours, 0x24},   {rtc::cmos::day, 0x00},     {rtc::cmos::day, 0x32},
                   {rtc::cmos::month, 0x00},   {rtc::cmos::month, 0x13},   {rtc::cmos::year, 0xa0}};
  for (const auto& field : bad) {
    clock.show(0x20, 0x24, 0x01, 0x01, 0, 0, 0);
    clock.ram[field.index] = field.value;
    EXPECT_FALSE(rtc::read()) << int{field.index};
  }
  clock.show(0x20, 0x23, 0x02, 0x29, 0, 0, 0);
  EXPECT_FALSE(rtc::read());
}

TEST_F(RtcTest, WhatIsSetIsRead) {
  for (const u8 status : {0x00, 0x02, 0x04, 0x06})
    for (const Moment& m : {Moment{2024, 2, 29, 0, 0, 0}, Moment{1900, 1, 1, 12, 0, 59}, Moment{9999, 12, 31, 23, 59, 1}}) {
      clock.ram[rtc::cmos::status_b] = status;
      ASSERT_TRUE(rtc::set(m));
      EXPECT_EQ(*rtc::read(), m);
      EXPECT_EQ(clock.ram[rtc::cmos::status_b], status);
    }
  EXPECT_FALSE(clock.written_while_running);
}

TEST_F(RtcTest, SetRefusesWhatIsNoMoment) {
  for (const Moment& m : {Moment{1899, 1, 1, 0, 0, 0}, Moment{10000, 1, 1, 0, 0, 0}, Moment{2023, 2, 29, 0, 0, 0},
                          Moment{2024, 0, 1, 0, 0, 0}, Moment{2024, 13, 1, 0, 0, 0}, Moment{2024, 4, 31, 0, 0, 0},
                          Moment{2024, 1, 0, 0, 0, 0}, Moment{2024, 1, 1, 24, 0, 0}, Moment{2024, 1, 1, 0, 60, 0},
                          Moment{2024, 1, 1, 0, 0, 60}}) {
    const auto result = rtc::set(m);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Error::invalid_parameter);
  }
}

TEST_F(RtcTest, TheAlarmReachesADay) {
  clock.show(0x20, 0x24, 0x12, 0x31, 0x12, 0x00, 0x00);
  EXPECT_FALSE(rtc::read_alarm()->enabled);
  ASSERT_TRUE(rtc::set_alarm({2024, 12, 31, 12, 0, 1}));
  ASSERT_TRUE(rtc::set_alarm({2025, 1, 1, 12, 0, 0}));
  ASSERT_TRUE(rtc::set_alarm({2025, 1, 1, 7, 30, 15}));
  EXPECT_EQ(clock.ram[rtc::cmos::hours_alarm], 0x07);
  EXPECT_EQ(clock.ram[rtc::cmos::minutes_alarm], 0x30);
  EXPECT_EQ(clock.ram[rtc::cmos::seconds_alarm], 0x15);
  EXPECT_EQ(clock.ram[rtc::cmos::status_b], 0x22);
  auto alarm = rtc::read_alarm();
  ASSERT_TRUE(alarm);
  EXPECT_TRUE(alarm->enabled);
  EXPECT_FALSE(alarm->pending);
  EXPECT_EQ(alarm->moment, (Moment{2025, 1, 1, 7, 30, 15}));
  clock.ram[rtc::cmos::status_c] = 0xa0;
  EXPECT_TRUE(rtc::read_alarm()->pending);
  EXPECT_FALSE(rtc::read_alarm()->pending);

  for (const Moment& m : {Moment{2025, 1, 1, 12, 0, 1}, Moment{2024, 12, 31, 12, 0, 0}, Moment{2024, 12, 31, 11, 0, 0}}) {
    const auto result = rtc::set_alarm(m);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Error::unsupported);
  }
  EXPECT_EQ(clock.ram[rtc::cmos::hours_alarm], 0x07);
  rtc::disable_alarm();
  EXPECT_FALSE(rtc::read_alarm()->enabled);
  clock.ram[rtc::cmos::minutes_alarm] = 0xff;  // "any minute", which a moment cannot say
  EXPECT_FALSE(rtc::read_alarm());
}

TEST(EfiTime, EveryFieldIsChecked) {
  const efi::Time good{2024, 2, 29, 23, 59, 59, 0, 999'999'999, -1440, 3, 0};
  EXPECT_TRUE(rtc::valid(good));
  const auto with = [&](auto change) {
    efi::Time t = good;
    change(t);
    return rtc::valid(t);
  };
  EXPECT_TRUE(with([](auto& t) { t.timezone = efi::unspecified_timezone; }));
  EXPECT_FALSE(with([](auto& t) { t.timezone = 1441; }));
  EXPECT_FALSE(with([](auto& t) { t.timezone = -1441; }));
  EXPECT_FALSE(with([](auto& t) { t.daylight = 4; }));
  EXPECT_FALSE(with([](auto& t) { t.nanosecond = 1'000'000'000; }));
  EXPECT_FALSE(with([](auto& t) { t.year = 2023; }));
}

}  // namespace

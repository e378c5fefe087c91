// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/runtime/services.hpp"
#include "lib/rtc/clock.hpp"

// Time services [uefi §8.3]. The clock keeps neither zone nor daylight saving: they are in a variable, the one
// that OVMF uses for it.
namespace runtime {
namespace {

namespace attribute = efi::variable_attribute;

constexpr Guid clock_variable_guid = "378d7b65-8da9-4773-b6e4-a47826a833e1"_guid;
constexpr char16_t clock_variable_name[] = u"RTC";

struct Zone {
  std::int16_t timezone;
  u8 daylight;
  u8 reserved;
  bool operator==(const Zone&) const = default;
};
static_assert(sizeof(Zone) == 4);

Zone zone() {
  constexpr Zone unspecified{efi::unspecified_timezone, 0, 0};
  Zone stored;
  u64 size = sizeof stored;
  if (!get_variable(clock_variable_name, &clock_variable_guid, nullptr, &size, &stored) || size != sizeof stored)
    return unspecified;
  efi::Time check{2000, 1, 1, 0, 0, 0, 0, 0, stored.timezone, stored.daylight, 0};
  return rtc::valid(check) ? stored : unspecified;
}

efi::Time time_of(const rtc::Moment& m) {
  const Zone z = zone();
  return {m.year, m.month, m.day, m.hour, m.minute, m.second, 0, 0, z.timezone, z.daylight, 0};
}

}  // namespace

Result<> get_time(efi::Time* time, efi::TimeCapabilities* capabilities) {
  if (!time) return Error::invalid_parameter;
  *time = time_of(TRY(rtc::read()));
  // One tick a second; 50 parts per million is what such a crystal keeps.
  if (capabilities) *capabilities = {.resolution = 1, .accuracy = 50'000'000, .sets_to_zero = 0};
  return {};
}

Result<> set_time(efi::Time* time) {
  if (!time) return Error::invalid_parameter;
  const efi::Time wanted = *time;
  if (!rtc::valid(wanted)) return Error::invalid_parameter;
  const Zone z{wanted.timezone, wanted.daylight, 0};
  if (!(z == zone())) {
    constexpr u32 attributes = attribute::non_volatile | attribute::bootservice_access | attribute::runtime_access;
    if (!store_variable(clock_variable_name, clock_variable_guid, attributes, {reinterpret_cast<const u8*>(&z), sizeof z}))
      return Error::device_error;
  }
  return rtc::set(rtc::moment_of(wanted));
}

Result<> get_wakeup_time(efi::Boolean* enabled, efi::Boolean* pending, efi::Time* time) {
  if (!enabled || !pending || !time) return Error::invalid_parameter;
  const rtc::Alarm alarm = TRY(rtc::read_alarm());
  *enabled = alarm.enabled;
  *pending = alarm.pending;
  *time = time_of(alarm.moment);
  return {};
}

Result<> set_wakeup_time(efi::Boolean enable, efi::Time* time) {
  if (!enable) {
    rtc::disable_alarm();
    return {};
  }
  if (!time) return Error::invalid_parameter;
  const efi::Time wanted = *time;
  if (!rtc::valid(wanted)) return Error::invalid_parameter;
  return rtc::set_alarm(rtc::moment_of(wanted));
}

}  // namespace runtime

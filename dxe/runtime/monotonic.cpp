// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/runtime/services.hpp"

// The monotonic counter [uefi §7.5.2, §8.5.2]: its high half is kept in a variable, the one that OVMF uses,
// and grows with each boot; so the low half may start at 0.
namespace runtime {
namespace {

namespace attribute = efi::variable_attribute;

constexpr Guid count_variable_guid = "eb704011-1402-11d3-8e77-00a0c969723b"_guid;
constexpr char16_t count_variable_name[] = u"MTC";
constexpr u32 count_attributes = attribute::non_volatile | attribute::bootservice_access | attribute::runtime_access;

Result<> start_half(u32 high) {
  TRY(store_variable(count_variable_name, count_variable_guid, count_attributes, {reinterpret_cast<const u8*>(&high), sizeof high}));
  state.monotonic_count = static_cast<u64>(high) << 32;
  return {};
}

u32 high_half() { return static_cast<u32>(state.monotonic_count >> 32); }

}  // namespace

Result<> start_monotonic_count() {
  u32 high = 0;
  u64 size = sizeof high;
  if (!get_variable(count_variable_name, &count_variable_guid, nullptr, &size, &high) || size != sizeof high) high = 0;
  return start_half(high + 1);
}

Result<u64> next_monotonic_count() {
  const u64 count = state.monotonic_count;
  if (static_cast<u32>(count + 1) == 0) {
    if (!start_half(high_half() + 1)) return Error::device_error;
  } else {
    ++state.monotonic_count;
  }
  return count;
}

Result<> get_next_high_monotonic_count(u32* high_count) {
  if (!high_count) return Error::invalid_parameter;
  if (!start_half(high_half() + 1)) return Error::device_error;
  *high_count = high_half();
  return {};
}

}  // namespace runtime

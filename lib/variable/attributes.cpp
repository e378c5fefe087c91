// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/variable/attributes.hpp"

namespace variable {
namespace {

namespace attribute = efi::variable_attribute;

// What the specification defines and this firmware does not do. The first is deprecated: [uefi §8.2.3] asks
// for EFI_UNSUPPORTED.
constexpr u32 unsupported = attribute::authenticated_write_access | attribute::enhanced_authenticated_access;

constexpr bool runtime_only(u32 attributes) {
  return (attributes & attribute::runtime_access) && !(attributes & attribute::bootservice_access);
}

}  // namespace

Result<> check_attributes(u32 attributes) {
  if (attributes & ~attribute::known) return Error::invalid_parameter;
  if (attributes & unsupported) return Error::unsupported;
  if (runtime_only(attributes) || attributes == attribute::non_volatile) return Error::invalid_parameter;
  // Error records have no storage of their own here, and OVMF has none either.
  if (attributes & attribute::hardware_error_record) return Error::invalid_parameter;
  return {};
}

Result<> check_query(u32 attributes, bool at_runtime) {
  if (attributes == 0) return Error::invalid_parameter;
  if (attributes & unsupported) return Error::unsupported;
  if ((attributes & attribute::known) == 0) return Error::unsupported;
  if (attributes & ~attribute::known) return Error::invalid_parameter;
  if (runtime_only(attributes) || attributes == attribute::non_volatile) return Error::invalid_parameter;
  if (at_runtime && !(attributes & attribute::runtime_access)) return Error::invalid_parameter;
  if (attributes & attribute::hardware_error_record)
    return attributes & attribute::non_volatile ? Error::unsupported : Error::invalid_parameter;
  if (attributes & attribute::time_based_authenticated_write_access) return Error::unsupported;
  return {};
}

}  // namespace variable

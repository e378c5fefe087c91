// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/runtime/services.hpp"

namespace runtime {

Result<> get_variable(const char16_t* name, const Guid* vendor, u32* attributes, u64* data_size, void* data) {
  return state.variables.get(name, vendor, attributes, data_size, data);
}

Result<> get_next_variable_name(u64* name_size, char16_t* name, Guid* vendor) {
  return state.variables.get_next_name(name_size, name, vendor);
}

// An operating system is not told that something was stored when it will be gone with the power; the table of
// runtime properties says so beforehand [uefi §4.6.2].
Result<> set_variable(const char16_t* name, const Guid* vendor, u32 attributes, u64 data_size, const void* data) {
  if (state.at_runtime && !state.variables_last) return Error::unsupported;
  return state.variables.set(name, vendor, attributes, data_size, data);
}

Result<> store_variable(const char16_t* name, const Guid& vendor, u32 attributes, std::span<const u8> data) {
  return state.variables.set(name, &vendor, attributes, data.size(), data.data(), variable::Writer::firmware);
}

Result<> query_variable_info(u32 attributes, u64* maximum_storage, u64* remaining_storage, u64* maximum_variable) {
  if (!maximum_storage || !remaining_storage || !maximum_variable) return Error::invalid_parameter;
  const auto info = TRY(state.variables.query(attributes));
  *maximum_storage = info.maximum_storage;
  *remaining_storage = info.remaining_storage;
  *maximum_variable = info.maximum_variable;
  return {};
}

Result<> set_firmware_variable(const char16_t* name, const Guid& vendor, u32 attributes, std::span<const u8> data) {
  return state.variables.set(name, &vendor, attributes, data.size(), data.data(), variable::Writer::firmware);
}

}  // namespace runtime

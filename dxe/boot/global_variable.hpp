// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"
#include "lib/efi/variable.hpp"

// The variables under EFI_GLOBAL_VARIABLE [uefi §3.3], as the boot manager reads and writes them. Whoever can write the flash
// or SetVariable can have put anything into them.
namespace boot {

using namespace base;

namespace attributes {
inline constexpr u32 shown = efi::variable_attribute::bootservice_access | efi::variable_attribute::runtime_access;
inline constexpr u32 kept = shown | efi::variable_attribute::non_volatile;
}  // namespace attributes

bool exists(const char16_t* name);
// A copy in boot-services pool, freed by its owner. Never empty.
Result<std::span<u8>> read_global(const char16_t* name);
// not_found, or bad_buffer_size: not as long as it must be.
Result<> read_global(const char16_t* name, void* into, u64 bytes);
template <class T>
T read_global_or(const char16_t* name, T other) {
  T value;
  return read_global(name, &value, sizeof value) ? value : other;
}

// Writes only what differs, because flash wears; says in one line when that fails.
void write_global(const char16_t* name, u32 attributes, std::span<const u8> data, const Guid& vendor = efi::global_variable_guid);
template <class T>
void write_global(const char16_t* name, u32 attributes, const T& value) {
  write_global(name, attributes, std::span(reinterpret_cast<const u8*>(&value), sizeof value));
}
// The same without looking: where nothing can be there yet, or nothing wears.
void put_global(const char16_t* name, u32 attributes, std::span<const u8> data, const Guid& vendor = efi::global_variable_guid);
void delete_global(const char16_t* name);

}  // namespace boot

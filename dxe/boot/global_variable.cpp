// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/global_variable.hpp"

#include "dxe/core/pool.hpp"
#include "dxe/core/runtime_loader.hpp"
#include "dxe/core/services.hpp"
#include "lib/log/log.hpp"

namespace boot {
namespace {

efi::Status get(const char16_t* name, u32* attributes, u64* bytes, void* into, const Guid& vendor = efi::global_variable_guid) {
  return core::system_table().runtime_services->get_variable(name, &vendor, attributes, bytes, into);
}

bool holds(const char16_t* name, u32 attributes, std::span<const u8> data, const Guid& vendor) {
  u8 room[512];
  u64 bytes = sizeof room;
  u32 found = 0;
  return data.size() <= sizeof room && get(name, &found, &bytes, room, vendor) == efi::Status::success && found == attributes && bytes == data.size() &&
         __builtin_memcmp(room, data.data(), bytes) == 0;
}

}  // namespace

bool exists(const char16_t* name) {
  u64 bytes = 0;
  return get(name, nullptr, &bytes, nullptr) == efi::Status::buffer_too_small;
}

Result<std::span<u8>> read_global(const char16_t* name) {
  u64 bytes = 0;
  if (get(name, nullptr, &bytes, nullptr) != efi::Status::buffer_too_small) return Error::not_found;
  auto* data = TRY(core::allocate_array<u8>(bytes));
  if (get(name, nullptr, &bytes, data) == efi::Status::success) return std::span<u8>(data, bytes);
  (void)!core::free_pool(data);
  return Error::not_found;
}

Result<> read_global(const char16_t* name, void* into, u64 bytes) {
  u64 found = bytes;
  switch (get(name, nullptr, &found, into)) {
    case efi::Status::success: return found == bytes ? Result<>() : Error::bad_buffer_size;
    case efi::Status::buffer_too_small: return Error::bad_buffer_size;
    default: return Error::not_found;
  }
}

void write_global(const char16_t* name, u32 attributes, std::span<const u8> data, const Guid& vendor) {
  if (!holds(name, attributes, data, vendor)) put_global(name, attributes, data, vendor);
}

void put_global(const char16_t* name, u32 attributes, std::span<const u8> data, const Guid& vendor) {
  if (auto done = core::runtime_hooks().set_firmware_variable(name, vendor, attributes, data); !done)
    log::warning("variable ", log::Wide{name}, ": ", done.error());
}

void delete_global(const char16_t* name) {
  auto done = core::runtime_hooks().set_firmware_variable(name, efi::global_variable_guid, 0, {});
  if (!done && done.error() != Error::not_found) log::warning("variable ", log::Wide{name}, ": ", done.error());
}

}  // namespace boot

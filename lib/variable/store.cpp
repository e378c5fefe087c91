// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/variable/store.hpp"

#include "lib/variable/attributes.hpp"
#include "lib/variable/authenticated.hpp"

namespace variable {
namespace {

namespace attribute = efi::variable_attribute;

constexpr u32 access = attribute::bootservice_access | attribute::runtime_access;

// A caller's string without its NUL; longer than any variable's name when no NUL comes in time.
std::u16string_view bounded(const char16_t* text, u64 limit) {
  u64 length = 0;
  while (length < limit && text[length]) ++length;
  return {text, length};
}
constexpr u64 name_limit = max_variable_bytes / 2;

}  // namespace

bool Store::visible(const RecordHeader& record) const {
  return !at_runtime_ || (record.attributes & attribute::runtime_access) != 0;
}

const RecordHeader* Store::find(std::u16string_view name, const Guid& vendor) const {
  const RecordHeader* record = volatile_.find(name, vendor);
  return record ? record : non_volatile_.find(name, vendor);
}

Result<> Store::get(const char16_t* name, const Guid* vendor, u32* attributes, u64* data_size, void* data) const {
  if (!name || !vendor || !data_size) return Error::invalid_parameter;
  const RecordHeader* record = find(bounded(name, name_limit), *vendor);
  if (!record || !visible(*record)) return Error::not_found;
  const u64 room = *data_size;
  if (room >= record->data_size && !data) return Error::invalid_parameter;
  if (attributes) *attributes = record->attributes;
  *data_size = record->data_size;
  if (room < record->data_size) return Error::buffer_too_small;
  __builtin_memcpy(data, Arena::data_of(*record).data(), record->data_size);
  return {};
}

const RecordHeader* Store::first_visible(const Arena& arena, const RecordHeader* from) const {
  while (from && !visible(*from)) from = arena.next(from);
  return from;
}

Result<> Store::get_next_name(u64* name_size, char16_t* name, Guid* vendor) const {
  if (!name_size || !name || !vendor) return Error::invalid_parameter;
  const u64 limit = *name_size / 2;
  const std::u16string_view from = bounded(name, limit);
  if (from.size() == limit) return Error::invalid_parameter;

  const RecordHeader* record = nullptr;
  bool in_volatile = true;
  if (from.empty()) {
    record = first_visible(volatile_, volatile_.first());
  } else {
    const RecordHeader* current = find(from, *vendor);
    if (!current || !visible(*current)) return Error::invalid_parameter;
    in_volatile = volatile_.owns(current);
    const Arena& home = in_volatile ? volatile_ : non_volatile_;
    record = first_visible(home, home.next(current));
  }
  if (!record && in_volatile) record = first_visible(non_volatile_, non_volatile_.first());
  if (!record) return Error::not_found;

  const bool fits = record->name_size <= *name_size;
  *name_size = record->name_size;
  if (!fits) return Error::buffer_too_small;
  __builtin_memcpy(name, Arena::name_of(*record), record->name_size);
  __builtin_memcpy(vendor, &record->vendor, sizeof(Guid));
  return {};
}

bool Store::Request::appends() const { return (attributes & attribute::append_write) != 0; }
bool Store::Request::authenticated() const { return (attributes & attribute::time_based_authenticated_write_access) != 0; }
bool Store::Request::deletes() const { return (attributes & access) == 0 || (data.empty() && !appends()); }

Result<> Store::set(const char16_t* name, const Guid* vendor, u32 attributes, u64 data_size, const void* data,
                    Writer writer) {
  if (!name || !*name || !vendor || (data_size && !data)) return Error::invalid_parameter;
  TRY(check_attributes(attributes));
  if (data_size > max_variable_bytes) return Error::invalid_parameter;
  const std::u16string_view key = bounded(name, name_limit);
  Guid owner;
  __builtin_memcpy(&owner, vendor, sizeof owner);
  const bool reserves = at_runtime_ && writer == Writer::caller;
  Request request{key, owner, attributes, {static_cast<const u8*>(data), data_size}, {}, reserves ? boot_reserve_bytes : 0};
  if (request.authenticated()) {
    const auto write = TRY(parse_authenticated(request.data));
    TRY(authorize(key, owner, write, !find(efi::variable_name::pk, efi::global_variable_guid)));
    request.data = write.data;
    request.time_stamp = write.time_stamp;
  }
  if ((key.size() + 1) * 2 + request.data.size() > max_variable_bytes) return Error::invalid_parameter;
  TRY(check_policy(key, owner, attributes, request.data.size(), request.deletes(), writer));
  const RecordHeader* old = find(key, owner);
  return old ? update(*old, request) : create(request);
}

Result<> Store::update(const RecordHeader& old, const Request& request) {
  if (!visible(old)) return Error::write_protected;
  if ((old.attributes & attribute::time_based_authenticated_write_access) && !request.authenticated()) return Error::write_protected;
  if (request.attributes != 0 && (request.attributes & ~attribute::append_write) != old.attributes) return Error::invalid_parameter;
  if (at_runtime_ && !(old.attributes & attribute::non_volatile)) return Error::write_protected;
  const efi::Time stored = old.time_stamp;
  const bool is_later = later(request.time_stamp, stored);
  if (request.authenticated() && !request.appends() && !is_later) return Error::security_violation;
  Arena& home = home_of(&old);
  if (request.deletes()) return home.remove(&old);
  const std::span<const u8> data = request.data;
  if (request.appends() && data.empty()) return {};
  if (!request.appends() && !request.authenticated() && data.size() == old.data_size &&
      __builtin_memcmp(data.data(), Arena::data_of(old).data(), data.size()) == 0)
    return {};
  const u32 kept = request.appends() ? old.data_size : 0;
  if (u64{old.name_size} + kept + data.size() > max_variable_bytes) return Error::invalid_parameter;
  return home.write(&old, {.name = request.name,
                           .vendor = request.vendor,
                           .attributes = old.attributes,
                           .kept = kept,
                           .data = data,
                           .time_stamp = is_later ? request.time_stamp : stored,
                           .reserve = request.reserve});
}

Result<> Store::create(const Request& request) {
  if (request.deletes()) return Error::not_found;
  if (request.data.empty()) return {};  // nothing appended to nothing
  constexpr u32 lasting = attribute::non_volatile | attribute::runtime_access;
  if (at_runtime_ && (request.attributes & lasting) != lasting) return Error::invalid_parameter;
  Arena& home = request.attributes & attribute::non_volatile ? non_volatile_ : volatile_;
  return home.write(nullptr, {.name = request.name,
                              .vendor = request.vendor,
                              .attributes = request.attributes & ~attribute::append_write,
                              .kept = 0,
                              .data = request.data,
                              .time_stamp = request.time_stamp,
                              .reserve = request.reserve});
}

Result<Store::Info> Store::query(u32 attributes) const {
  TRY(check_query(attributes, at_runtime_));
  const Arena& arena = attributes & attribute::non_volatile ? non_volatile_ : volatile_;
  const u64 reserve = at_runtime_ ? boot_reserve_bytes : 0, left = arena.remaining();
  Info info{arena.capacity(), left > reserve ? left - reserve : 0, max_variable_bytes};
  const u64 room = info.remaining_storage > sizeof(RecordHeader) ? info.remaining_storage - sizeof(RecordHeader) : 0;
  if (room < info.maximum_variable) info.maximum_variable = room;
  return info;
}

}  // namespace variable

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/locate.hpp"

#include "dxe/core/connect.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/on_demand.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/device_path/path.hpp"
#include "lib/efi/driver_binding.hpp"

namespace core {
namespace {

// RegisterProtocolNotify: the event, and up to which installation its owner has looked.
struct Notify : ListNode<Notify> {
  static constexpr u64 live = 0x7966'6974'6f4eull;
  u64 signature;
  Guid protocol;
  efi::Event event;
  u64 seen;
};
constinit List<Notify> notifies;

Notify* registered(void* key) {
  auto* notify = static_cast<Notify*>(key);
  return notify && notify->signature == Notify::live ? notify : nullptr;
}

// The next interface that a registration has not seen.
Interface* next_unseen(Notify& notify, HandleObject*& on) {
  Interface* best = nullptr;
  for (HandleObject& h : all_handles()) {
    Interface* i = find_interface(h, notify.protocol);
    if (i && i->serial > notify.seen && (!best || i->serial < best->serial)) {
      best = i;
      on = &h;
    }
  }
  return best;
}

// Calls `visit` for each handle that matches; by_register_notify gives one new handle at most.
template <class Visit>
Result<> for_each_match(efi::LocateSearchType type, const Guid* protocol, void* search_key, Visit visit) {
  switch (type) {
    case efi::LocateSearchType::all_handles:
      for (HandleObject& h : all_handles()) visit(h);
      return {};
    case efi::LocateSearchType::by_protocol:
      if (!protocol) return Error::invalid_parameter;
      for (HandleObject& h : all_handles())
        if (find_interface(h, *protocol)) visit(h);
      return {};
    case efi::LocateSearchType::by_register_notify: {
      Notify* notify = registered(search_key);
      if (!notify) return Error::invalid_parameter;
      HandleObject* on = nullptr;
      if (next_unseen(*notify, on)) visit(*on);
      return {};
    }
  }
  return Error::invalid_parameter;
}

void demand_what_matches(efi::LocateSearchType type, const Guid* protocol) {
  if (type == efi::LocateSearchType::all_handles) demand_everything();
  if (type == efi::LocateSearchType::by_protocol && protocol) demand(*protocol);
}

bool seeks_a_driver(efi::LocateSearchType type, const Guid* protocol) {
  if (type == efi::LocateSearchType::all_handles) return true;
  return type == efi::LocateSearchType::by_protocol && protocol &&
         (*protocol == efi::DriverBinding::guid || *protocol == efi::ComponentName2::guid);
}

void mark_seen(efi::LocateSearchType type, void* search_key) {
  if (type != efi::LocateSearchType::by_register_notify) return;
  HandleObject* on = nullptr;
  Notify* notify = registered(search_key);
  if (Interface* i = next_unseen(*notify, on)) notify->seen = i->serial;
}

}  // namespace

Result<> register_notify(const Guid* protocol, efi::Event event, void** registration) {
  if (!protocol || !event || !registration) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  auto* notify = TRY(make<Notify>());
  notify->signature = Notify::live;
  notify->protocol = *protocol;
  notify->event = event;
  // Only what is installed from now on is new.
  for (HandleObject& h : all_handles())
    for (Interface& i : h.interfaces)
      if (i.serial > notify->seen) notify->seen = i.serial;
  notifies.push_back(*notify);
  *registration = notify;
  return {};
}

void notify_installed(const Guid& protocol) {
  for (Notify& n : notifies)
    if (n.protocol == protocol) (void)!signal_event(n.event);
}

Result<> locate_handle(efi::LocateSearchType type, const Guid* protocol, void* search_key, u64* buffer_size, efi::Handle* buffer) {
  if (!buffer_size) return Error::invalid_parameter;
  if (type == efi::LocateSearchType::by_protocol && protocol) demand_controllers(*protocol);
  TplGuard guard(efi::tpl_notify);
  if (seeks_a_driver(type, protocol)) seek_drivers();
  demand_what_matches(type, protocol);
  const u64 room = *buffer_size / sizeof(efi::Handle);
  u64 found = 0;
  TRY(for_each_match(type, protocol, search_key, [&](HandleObject& h) {
    if (found < room && buffer) buffer[found] = &h;
    ++found;
  }));
  if (found == 0) return Error::not_found;
  *buffer_size = found * sizeof(efi::Handle);
  if (found > room) return Error::buffer_too_small;
  if (!buffer) return Error::invalid_parameter;
  mark_seen(type, search_key);
  return {};
}

Result<> locate_handle_buffer(efi::LocateSearchType type, const Guid* protocol, void* search_key, u64* count, efi::Handle** buffer) {
  if (!count || !buffer) return Error::invalid_parameter;
  *count = 0;
  *buffer = nullptr;
  if (type == efi::LocateSearchType::by_protocol && protocol) demand_controllers(*protocol);
  TplGuard guard(efi::tpl_notify);
  u64 bytes = 0;
  const auto sized = locate_handle(type, protocol, search_key, &bytes, nullptr);
  if (sized || sized.error() != Error::buffer_too_small) return sized ? Error::not_found : sized.error();
  auto* handles = TRY(allocate_array<efi::Handle>(bytes / sizeof(efi::Handle)));
  TRY(locate_handle(type, protocol, search_key, &bytes, handles));
  *count = bytes / sizeof(efi::Handle);
  *buffer = handles;
  return {};
}

Result<> locate_protocol(const Guid* protocol, void* registration, void** interface) {
  if (!interface || !protocol) return Error::invalid_parameter;
  *interface = nullptr;
  if (!registration) demand_controllers(*protocol);
  TplGuard guard(efi::tpl_notify);
  if (registration) {
    Notify* notify = registered(registration);
    if (!notify) return Error::not_found;
    HandleObject* on = nullptr;
    Interface* i = next_unseen(*notify, on);
    if (!i) return Error::not_found;
    notify->seen = i->serial;
    *interface = i->pointer;
    return {};
  }
  demand(*protocol);
  for (HandleObject& h : all_handles())
    if (Interface* i = find_interface(h, *protocol)) {
      *interface = i->pointer;
      return {};
    }
  return Error::not_found;
}

Result<> locate_device_path(const Guid* protocol, efi::DevicePath** path, efi::Handle* device) {
  if (!protocol || !path || !*path) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  demand(*protocol);
  // Only the first instance of a multi-instance path is looked for.
  const device_path::Bytes wanted = device_path::first_instance(*path);
  HandleObject* best = nullptr;
  u64 best_bytes = 0;
  for (HandleObject& h : all_handles()) {
    Interface* i = find_interface(h, efi::DevicePath::guid);
    if (!i || !find_interface(h, *protocol)) continue;
    const device_path::Bytes own = device_path::body(static_cast<const efi::DevicePath*>(i->pointer));
    if (own.size() <= wanted.size() && (!best || own.size() > best_bytes) && __builtin_memcmp(own.data(), wanted.data(), own.size()) == 0) {
      best = &h;
      best_bytes = own.size();
    }
  }
  if (!best) return Error::not_found;
  if (!device) return Error::invalid_parameter;
  *device = best;
  *path = reinterpret_cast<efi::DevicePath*>(reinterpret_cast<u8*>(*path) + best_bytes);
  return {};
}

Result<> protocols_per_handle(efi::Handle handle, Guid*** protocols, u64* count) {
  if (!protocols || !count) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  HandleObject* object = handle_object(handle);
  if (!object) return Error::invalid_parameter;
  u64 n = 0;
  for ([[maybe_unused]] Interface& i : object->interfaces) ++n;
  Guid** list = TRY(allocate_array<Guid*>(n));
  n = 0;
  for (Interface& i : object->interfaces) list[n++] = &i.protocol;
  *protocols = list;
  *count = n;
  return {};
}

}  // namespace core

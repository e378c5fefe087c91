// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/handle.hpp"

#include "dxe/core/connect.hpp"
#include "dxe/core/event.hpp"
#include "dxe/core/locate.hpp"
#include "dxe/core/open_protocol.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/device_path/path.hpp"
#include "lib/efi/status_of.hpp"

namespace core {
namespace {

constinit List<HandleObject> handles;
constinit u64 next_serial = 0;

// Two device paths of the same bytes on two handles would make LocateDevicePath ambiguous [uefi §7.3.2
// InstallMultipleProtocolInterfaces].
bool device_path_exists(const void* path) {
  const u64 bytes = device_path::bytes(static_cast<const efi::DevicePath*>(path));
  for (HandleObject& h : handles) {
    Interface* i = find_interface(h, efi::DevicePath::guid);
    if (i && device_path::bytes(static_cast<const efi::DevicePath*>(i->pointer)) == bytes && __builtin_memcmp(i->pointer, path, bytes) == 0)
      return true;
  }
  return false;
}

void remove_interface(HandleObject& handle, Interface& interface) {
  while (Open* open = interface.opens.pop_front()) (void)!free_pool(open);
  interface.unlink();
  (void)!free_pool(&interface);
  if (!handle.interfaces.empty()) return;
  handle.signature = 0;
  handle.unlink();
  (void)!free_pool(&handle);
}

}  // namespace

List<HandleObject>& all_handles() { return handles; }

HandleObject* handle_object(efi::Handle handle) {
  auto* object = static_cast<HandleObject*>(handle);
  return object && reinterpret_cast<u64>(object) % alignof(HandleObject) == 0 && object->signature == HandleObject::live ? object : nullptr;
}

Interface* find_interface(HandleObject& handle, const Guid& protocol) {
  for (Interface& i : handle.interfaces)
    if (i.protocol == protocol) return &i;
  return nullptr;
}

void* interface_of(efi::Handle handle, const Guid& protocol) {
  HandleObject* object = handle_object(handle);
  Interface* i = object ? find_interface(*object, protocol) : nullptr;
  return i ? i->pointer : nullptr;
}

Result<> install_protocol(efi::Handle* handle, const Guid* protocol, efi::InterfaceType type, void* pointer) {
  if (!handle || !protocol || type != efi::InterfaceType::native) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  HandleObject* object = nullptr;
  if (*handle) {
    object = handle_object(*handle);
    if (!object || find_interface(*object, *protocol)) return Error::invalid_parameter;
  }
  auto* interface = TRY(make<Interface>());
  if (!object) {
    auto made = make<HandleObject>();
    if (!made) {
      (void)!free_pool(interface);
      return made.error();
    }
    object = *made;
    object->signature = HandleObject::live;
    object->serial = ++next_serial;
    handles.push_back(*object);
    *handle = object;
  }
  interface->protocol = *protocol;
  interface->pointer = pointer;
  interface->serial = ++next_serial;
  object->interfaces.push_back(*interface);
  notify_installed(*protocol);
  return {};
}

Result<> uninstall_protocol(efi::Handle handle, const Guid* protocol, void* pointer) {
  if (!protocol) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  HandleObject* object = handle_object(handle);
  if (!object) return Error::invalid_parameter;
  Interface* interface = find_interface(*object, *protocol);
  if (!interface || interface->pointer != pointer) return Error::not_found;
  TRY(stop_users(*object, *interface));
  remove_interface(*object, *interface);
  return {};
}

Result<> reinstall_protocol(efi::Handle handle, const Guid* protocol, void* old_pointer, void* new_pointer) {
  if (!protocol) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  HandleObject* object = handle_object(handle);
  if (!object) return Error::invalid_parameter;
  Interface* interface = find_interface(*object, *protocol);
  if (!interface || interface->pointer != old_pointer) return Error::not_found;
  TRY(stop_users(*object, *interface));
  interface->pointer = new_pointer;
  interface->serial = ++next_serial;
  notify_installed(*protocol);
  (void)!connect_controller(handle, nullptr, nullptr, true);
  return {};
}

efi::Status EFIAPI install_multiple(efi::Handle* handle, ...) {
  if (!handle) return efi::Status::invalid_parameter;
  __builtin_ms_va_list args, undo;
  __builtin_ms_va_start(args, handle);
  __builtin_ms_va_copy(undo, args);
  const efi::Handle original = *handle;
  Result<> result;
  unsigned done = 0;
  for (;; ++done) {
    const Guid* protocol = __builtin_va_arg(args, const Guid*);
    if (!protocol) break;
    void* pointer = __builtin_va_arg(args, void*);
    if (*protocol == efi::DevicePath::guid && device_path_exists(pointer))
      result = Error::already_started;
    else
      result = install_protocol(handle, protocol, efi::InterfaceType::native, pointer);
    if (!result) break;
  }
  for (unsigned i = 0; !result && i < done; ++i) {
    const Guid* protocol = __builtin_va_arg(undo, const Guid*);
    (void)!uninstall_protocol(*handle, protocol, __builtin_va_arg(undo, void*));
  }
  if (!result) *handle = original;
  __builtin_ms_va_end(undo);
  __builtin_ms_va_end(args);
  return efi::status_of(result);
}

efi::Status EFIAPI uninstall_multiple(efi::Handle handle, ...) {
  __builtin_ms_va_list args, undo;
  __builtin_ms_va_start(args, handle);
  __builtin_ms_va_copy(undo, args);
  Result<> result;
  unsigned done = 0;
  for (;; ++done) {
    const Guid* protocol = __builtin_va_arg(args, const Guid*);
    if (!protocol) break;
    result = uninstall_protocol(handle, protocol, __builtin_va_arg(args, void*));
    if (!result) break;
  }
  for (unsigned i = 0; !result && i < done; ++i) {
    const Guid* protocol = __builtin_va_arg(undo, const Guid*);
    (void)!install_protocol(&handle, protocol, efi::InterfaceType::native, __builtin_va_arg(undo, void*));
  }
  __builtin_ms_va_end(undo);
  __builtin_ms_va_end(args);
  // Whatever was wrong with one protocol, this call has one error [uefi §7.3 UninstallMultipleProtocolInterfaces].
  return result ? efi::Status::success : efi::Status::invalid_parameter;
}

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/list.hpp"
#include "lib/base/result.hpp"
#include "lib/efi/boot_services.hpp"

namespace core {

using namespace base;

// One agent's use of a protocol [uefi §7.3.9].
struct Open : ListNode<Open> {
  efi::Handle agent;
  efi::Handle controller;
  u32 attributes;
  u32 count;
};

// A protocol on a handle.
struct Interface : ListNode<Interface> {
  Guid protocol;
  void* pointer;
  List<Open> opens;
  u64 serial;  // grows with every (re)installation; see Notify
};

struct HandleObject : ListNode<HandleObject> {
  static constexpr u64 live = 0x656c'646e'6148ull;
  u64 signature;
  u64 serial;
  List<Interface> interfaces;
};

List<HandleObject>& all_handles();
HandleObject* handle_object(efi::Handle handle);
Interface* find_interface(HandleObject& handle, const Guid& protocol);
void* interface_of(efi::Handle handle, const Guid& protocol);

// [uefi §7.3], argument checks included.
Result<> install_protocol(efi::Handle* handle, const Guid* protocol, efi::InterfaceType type, void* pointer);
Result<> reinstall_protocol(efi::Handle handle, const Guid* protocol, void* old_pointer, void* new_pointer);
Result<> uninstall_protocol(efi::Handle handle, const Guid* protocol, void* pointer);
efi::Status EFIAPI install_multiple(efi::Handle* handle, ...);
efi::Status EFIAPI uninstall_multiple(efi::Handle handle, ...);
Result<> register_notify(const Guid* protocol, efi::Event event, void** registration);

// Installs one of our own protocols; there is always room for those, or nothing works.
template <class T>
void install(efi::Handle& handle, T& protocol, const Guid& guid = T::guid) {
  if (!install_protocol(&handle, &guid, efi::InterfaceType::native, &protocol)) panic("cannot install a protocol");
}

}  // namespace core

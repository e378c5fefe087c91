// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/path.hpp"

#include "dxe/boot/device.hpp"
#include "dxe/core/connect.hpp"
#include "dxe/core/locate.hpp"
#include "lib/efi/device_path_nodes.hpp"

namespace boot {
namespace {

constexpr unsigned max_depth = 32;

efi::DevicePath* mutable_path(const efi::DevicePath* path) { return const_cast<efi::DevicePath*>(path); }

}  // namespace

Result<Nearest> nearest_to(const efi::DevicePath* path) {
  efi::DevicePath* rest = mutable_path(path);
  efi::Handle handle = nullptr;
  TRY(core::locate_device_path(&efi::DevicePath::guid, &rest, &handle));
  return Nearest{handle, rest};
}

// Each round connects one controller with what is wanted behind it, until no handle appears that is nearer.
Result<Nearest> connect_path(const efi::DevicePath* path) {
  Nearest nearest = TRY(nearest_to(path));
  for (unsigned depth = 0; depth < max_depth; ++depth) {
    // What a network card brings along boots from it; our driver does not.
    const bool rom = start_network_rom(nearest.handle);
    (void)!core::connect_controller(nearest.handle, nullptr, rom ? nullptr : mutable_path(nearest.rest), rom);
    const Nearest now = TRY(nearest_to(path));
    if (now.handle == nearest.handle) break;
    nearest = now;
  }
  return nearest;
}

const efi::DevicePath* path_of(efi::Handle handle) {
  return static_cast<const efi::DevicePath*>(core::interface_of(handle, efi::DevicePath::guid));
}

bool begins_with(Bytes path, Bytes prefix) {
  return path.size() >= prefix.size() && __builtin_memcmp(path.data(), prefix.data(), prefix.size()) == 0;
}

Handles::Handles(const Guid& protocol) {
  if (!core::locate_handle_buffer(efi::LocateSearchType::by_protocol, &protocol, nullptr, &count_, &handles_)) count_ = 0;
}
Handles::~Handles() {
  if (handles_) (void)!core::free_pool(handles_);
}

OwnPath::~OwnPath() {
  if (path_) (void)!core::free_pool(path_);
}

Result<> OwnPath::join(Bytes first, Bytes second) {
  auto* bytes = TRY(core::allocate_array<u8>(first.size() + second.size() + sizeof efi::end_device_path));
  __builtin_memcpy(bytes, first.data(), first.size());
  __builtin_memcpy(bytes + first.size(), second.data(), second.size());
  __builtin_memcpy(bytes + first.size() + second.size(), &efi::end_device_path, sizeof efi::end_device_path);
  path_ = reinterpret_cast<efi::DevicePath*>(bytes);
  return {};
}

}  // namespace boot

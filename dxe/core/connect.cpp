// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/connect.hpp"

#include <algorithm>
#include <utility>

#include "dxe/core/locate.hpp"
#include "dxe/core/open_protocol.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/efi/driver_binding.hpp"

namespace core {
namespace {

namespace how = efi::open_protocol;
using efi::DriverBinding, efi::Handle;

constexpr unsigned max_depth = 32;  // of buses below buses; a cycle cannot be deeper

struct HandleList {
  Handle* handles = nullptr;
  u64 count = 0;
  ~HandleList() {
    if (handles) (void)!free_pool(handles);
  }
};

constinit void (*install_own_drivers)() = nullptr;

DriverBinding* binding_of(Handle handle) { return static_cast<DriverBinding*>(interface_of(handle, DriverBinding::guid)); }

// Starts every driver that supports the controller, in the order of the list, each at most once. What one installs
// another may drive: the list begins anew until nobody is left who wants to start.
bool start_drivers(Handle controller, DriverBinding** drivers, u64 count, efi::DevicePath* remaining) {
  bool any = false;
  for (u64 i = 0; i < count; ++i) {
    DriverBinding* d = drivers[i];
    if (!d || d->supported(d, controller, remaining) != efi::Status::success) continue;
    drivers[i] = nullptr;
    if (d->start(d, controller, remaining) != efi::Status::success) continue;
    any = true;
    i = ~0ull;  // from the first
  }
  return any;
}

// The order of the specification [uefi §7.3.12]: the caller's list, the platform's override (none here), the bus's
// override, then by descending version.
Result<bool> connect_one(Handle controller, Handle* driver_images, efi::DevicePath* remaining) {
  HandleList all;
  if (!locate_handle_buffer(efi::LocateSearchType::by_protocol, &DriverBinding::guid, nullptr, &all.count, &all.handles)) return false;
  auto** order = TRY(allocate_array<DriverBinding*>(all.count + 1));
  u64 count = 0;
  const auto add = [&](Handle handle) {
    DriverBinding* d = binding_of(handle);
    if (d && count < all.count && std::find(order, order + count, d) == order + count) order[count++] = d;
  };
  for (Handle* wanted = driver_images; wanted && *wanted; ++wanted)
    for (u64 i = 0; i < all.count; ++i) {
      DriverBinding* d = binding_of(all.handles[i]);
      if (d && (all.handles[i] == *wanted || d->image_handle == *wanted)) add(all.handles[i]);
    }
  if (auto* bus = static_cast<efi::BusSpecificDriverOverride*>(interface_of(controller, efi::BusSpecificDriverOverride::guid))) {
    Handle image = nullptr;
    for (u64 tries = 0; tries < all.count && bus->get_driver(bus, &image) == efi::Status::success; ++tries) add(image);
  }
  const u64 first_by_version = count;
  for (u64 i = 0; i < all.count; ++i) add(all.handles[i]);
  // Insertion keeps drivers of equal version in the order of their handles.
  for (u64 i = first_by_version; i < count; ++i)
    for (u64 j = i; j > first_by_version && order[j]->version > order[j - 1]->version; --j) std::swap(order[j], order[j - 1]);
  const bool any = start_drivers(controller, order, count, remaining);
  (void)!free_pool(order);
  return any;
}

// Handles that some driver opened by_child_controller on this controller.
Result<> children_of(HandleObject& controller, Handle driver, HandleList& out) {
  u64 room = 0;
  for (Interface& i : controller.interfaces)
    for ([[maybe_unused]] Open& o : i.opens) ++room;
  out.handles = TRY(allocate_array<Handle>(room));
  for (Interface& i : controller.interfaces)
    for (Open& o : i.opens) {
      if (!(o.attributes & how::by_child_controller) || (driver && o.agent != driver)) continue;
      if (std::find(out.handles, out.handles + out.count, o.controller) == out.handles + out.count) out.handles[out.count++] = o.controller;
    }
  return {};
}

Result<> connect(Handle controller, Handle* driver_images, efi::DevicePath* remaining, bool recursive, unsigned depth) {
  HandleObject* object = handle_object(controller);
  if (!object) return Error::invalid_parameter;
  const bool any = TRY(connect_one(controller, driver_images, remaining));
  if (recursive && depth < max_depth && handle_object(controller)) {
    HandleList children;
    TRY(children_of(*object, nullptr, children));
    for (u64 i = 0; i < children.count; ++i) (void)!connect(children.handles[i], nullptr, nullptr, true, depth + 1);
  }
  const bool at_end = remaining && remaining->type == efi::device_path_type::end;
  return any || at_end ? Result<>() : Error::not_found;
}

// The drivers that manage a controller, each once.
Result<> managers_of(HandleObject& controller, HandleList& out) {
  u64 room = 0;
  for (Interface& i : controller.interfaces)
    for ([[maybe_unused]] Open& o : i.opens) ++room;
  out.handles = TRY(allocate_array<Handle>(room));
  for (Interface& i : controller.interfaces)
    for (Open& o : i.opens)
      if ((o.attributes & how::by_driver) && std::find(out.handles, out.handles + out.count, o.agent) == out.handles + out.count)
        out.handles[out.count++] = o.agent;
  return {};
}

// One driver's end may have been another's.
bool manages(HandleObject& controller, Handle driver) {
  for (Interface& i : controller.interfaces)
    for (Open& o : i.opens)
      if ((o.attributes & how::by_driver) && o.agent == driver) return true;
  return false;
}

Result<> stop_driver(HandleObject& controller, Handle driver, Handle child) {
  DriverBinding* d = binding_of(driver);
  if (!d) return Error::not_found;
  HandleList children;
  TRY(children_of(controller, driver, children));
  const u64 all_children = children.count;
  if (child) {
    if (std::find(children.handles, children.handles + children.count, child) == children.handles + children.count) return Error::not_found;
    children.handles[0] = child;
    children.count = 1;
  }
  if (children.count && d->stop(d, &controller, children.count, children.handles) != efi::Status::success) return Error::device_error;
  // A bus driver stops by itself only when its last child is gone.
  if (!child || all_children == 1)
    if (d->stop(d, &controller, 0, nullptr) != efi::Status::success) return Error::device_error;
  return {};
}

}  // namespace

void before_drivers_are_sought(void (*install)()) { install_own_drivers = install; }

void seek_drivers() {
  if (!install_own_drivers) return;
  auto* install = install_own_drivers;
  install_own_drivers = nullptr;
  install();
}

Result<> connect_controller(Handle controller, Handle* driver_images, efi::DevicePath* remaining, efi::Boolean recursive) {
  seek_drivers();
  return connect(controller, driver_images, remaining, recursive, 0);
}

Result<> disconnect_controller(Handle controller, Handle driver_image, Handle child) {
  HandleObject* object = handle_object(controller);
  if (!object || (driver_image && !handle_object(driver_image)) || (child && !handle_object(child))) return Error::invalid_parameter;
  HandleList managers;
  TRY(managers_of(*object, managers));
  bool any = false;
  for (u64 i = 0; i < managers.count; ++i) {
    DriverBinding* d = binding_of(managers.handles[i]);
    if (driver_image && managers.handles[i] != driver_image && (!d || d->image_handle != driver_image)) continue;
    if (!manages(*object, managers.handles[i])) continue;
    const auto stopped = stop_driver(*object, managers.handles[i], child);
    if (!stopped && stopped.error() != Error::not_found) return stopped;
    any |= static_cast<bool>(stopped);
    if (!handle_object(controller)) break;
  }
  return any || managers.count == 0 ? Result<>() : Error::not_found;
}

}  // namespace core

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/driver.hpp"

#include <string_view>

#include "dxe/core/connect.hpp"
#include "dxe/core/image.hpp"
#include "dxe/core/open_protocol.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/drivers/driver_table.hpp"
#include "lib/device_path/path.hpp"
#include "lib/log/log.hpp"

namespace drivers {

namespace how = efi::open_protocol;
using core::thunk, efi::Handle;

// EFI_DRIVER_BINDING_PROTOCOL of one entry of the table.
class Binding : public efi::DriverBinding {
 public:
  using Protocol = efi::DriverBinding;

  void install(const Driver& driver);
  const Driver& driver() const { return *driver_; }
  Result<> supports(Handle handle, efi::DevicePath* remaining);
  Result<> begin(Handle handle, efi::DevicePath* remaining);
  Result<> end(Handle handle, u64 count, Handle* children);

 private:
  // EFI_COMPONENT_NAME2_PROTOCOL.
  struct Names : efi::ComponentName2 {
    using Protocol = efi::ComponentName2;
    Result<> driver_name(const char* language, char16_t** name);
    Result<> controller_name(Handle handle, Handle child, const char* language, char16_t** name);
    Binding* binding;
  };

  Controller controller(Handle handle, const efi::DevicePath* remaining);
  Result<> hold(const Controller& controller);
  void let_go(Handle handle) { (void)!core::close_protocol(handle, driver_->protocol, driver_binding_handle, handle); }
  Managed* managed(Handle handle);
  Result<> end_children(Managed& managed, u64 count, Handle* children);

  const Driver* driver_;
  Names names_;
};

namespace {

// Option ROMs and drivers that somebody loads come first: theirs are higher, as they are than those of EDK II.
constexpr u32 our_version = 0x0a;
constexpr char languages[] = "en";

constinit List<Managed> all_managed;

}  // namespace

Controller Binding::controller(Handle handle, const efi::DevicePath* remaining) {
  return {handle, core::interface_of(handle, *driver_->protocol),
          static_cast<const efi::DevicePath*>(core::interface_of(handle, efi::DevicePath::guid)), remaining, driver_->protocol, driver_binding_handle};
}

// Who holds the protocol is told by OpenProtocol alone [uefi §11.1 Supported].
Result<> Binding::hold(const Controller& c) {
  void* interface = nullptr;
  switch (core::open_protocol(c.handle, driver_->protocol, &interface, driver_binding_handle, c.handle, how::by_driver)) {
    case efi::Status::success: return {};
    case efi::Status::already_started: return Error::already_started;
    case efi::Status::out_of_resources: return Error::out_of_resources;
    default: return Error::access_denied;
  }
}

Managed* Binding::managed(Handle handle) {
  for (Managed& m : all_managed)
    if (m.controller().handle == handle && m.controller().driver == driver_binding_handle) return &m;
  return nullptr;
}

Result<> Binding::supports(Handle handle, efi::DevicePath* remaining) {
  const Controller c = controller(handle, remaining);
  if (!c.interface || !driver_->supports(c)) return Error::unsupported;
  TRY(hold(c));
  let_go(handle);
  return {};
}

Result<> Binding::begin(Handle handle, efi::DevicePath* remaining) {
  const Controller c = controller(handle, remaining);
  if (!c.interface || !driver_->supports(c)) return Error::unsupported;
  TRY(hold(c));
  auto started = driver_->start(c);
  if (!started) {
    let_go(handle);
    return started.error();
  }
  Managed& made = **started;
  all_managed.push_back(made);
  const auto begun = made.begin();
  if (begun) return {};
  (void)!end(handle, 0, nullptr);
  return begun;
}

Result<> Binding::end_children(Managed& of, u64 count, Handle* children) {
  bool all = true;
  for (u64 i = 0; i < count; ++i)
    for (Child& child : of.children_)
      if (child.handle() == children[i]) {
        all &= static_cast<bool>(of.remove_child(child));
        break;
      }
  return all ? Result<>() : Error::device_error;
}

Result<> Binding::end(Handle handle, u64 count, Handle* children) {
  Managed* m = managed(handle);
  if (!m || (count && !children)) return Error::device_error;
  if (count) return end_children(*m, count, children);
  while (Child* child = m->children_.front())
    if (!m->remove_child(*child)) return Error::device_error;
  if (!m->stop()) return Error::device_error;
  m->unlink();
  m->free_(*m);
  let_go(handle);
  return {};
}

Result<> Binding::Names::driver_name(const char* language, char16_t** name) {
  if (!language || !name) return Error::invalid_parameter;
  if (language != std::string_view(languages)) return Error::unsupported;
  *name = const_cast<char16_t*>(binding->driver().name);
  return {};
}

Result<> Binding::Names::controller_name(Handle handle, Handle, const char* language, char16_t** name) {
  if (!language || !name || !core::handle_object(handle)) return Error::invalid_parameter;
  return Error::unsupported;
}

void Binding::install(const Driver& driver) {
  driver_ = &driver;
  static_cast<efi::DriverBinding&>(*this) = {
      .supported = thunk<&Binding::supports>,
      .start = thunk<&Binding::begin>,
      .stop = thunk<&Binding::end>,
      .version = our_version,
      .image_handle = core::firmware_image(),
      .driver_binding_handle = nullptr,
  };
  static_cast<efi::ComponentName2&>(names_) = {
      .get_driver_name = thunk<&Names::driver_name>,
      .get_controller_name = thunk<&Names::controller_name>,
      .supported_languages = languages,
  };
  names_.binding = this;
  core::install<efi::ComponentName2>(driver_binding_handle, names_);
  core::install<efi::DriverBinding>(driver_binding_handle, *this);
}

Result<> Managed::publish(Child& child, std::span<const u8> node, void (*free)(Child&)) {
  const device_path::Bytes parent = device_path::body(controller_.path);
  auto* at = TRY(core::allocate_array<u8>(parent.size() + node.size() + sizeof efi::end_device_path));
  __builtin_memcpy(at, parent.data(), parent.size());
  __builtin_memcpy(at + parent.size(), node.data(), node.size());
  __builtin_memcpy(at + parent.size() + node.size(), &efi::end_device_path, sizeof efi::end_device_path);
  child.path_ = reinterpret_cast<efi::DevicePath*>(at);
  auto installed = core::install_protocol(&child.handle_, &efi::DevicePath::guid, efi::InterfaceType::native, child.path_);
  if (!installed) {
    (void)!core::free_pool(at);
    return installed;
  }
  // Of the protocol that the driver holds; DisconnectController and the Shell find children by this.
  void* interface = nullptr;
  (void)core::open_protocol(controller_.handle, controller_.protocol, &interface, controller_.driver, child.handle_,
                            how::by_child_controller);
  child.free_ = free;
  children_.push_back(child);
  return {};
}

Result<> Managed::remove_child(Child& child) {
  TRY(child.withdraw());
  (void)!core::close_protocol(controller_.handle, controller_.protocol, controller_.driver, child.handle_);
  // A path that somebody claims outlives its child.
  if (core::uninstall_protocol(child.handle_, &efi::DevicePath::guid, child.path_)) (void)!core::free_pool(child.path_);
  child.unlink();
  child.free_(child);
  return {};
}

void install_drivers() {
  core::before_drivers_are_sought([] {
    const auto table = driver_table();
    auto bindings = core::allocate_array<Binding>(table.size());
    if (!bindings) return log::error("no memory for drivers");
    for (usize i = 0; i < table.size(); ++i) (new (*bindings + i) Binding())->install(*table[i]);
    core::at_exit_boot_services([] {
      for (Managed& m : all_managed) m.quiet();
    });
  });
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "dxe/core/pool.hpp"
#include "lib/base/list.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/driver_binding.hpp"
#include "lib/pci/topology.hpp"

// Drivers of our own, as the driver model sees them [uefi §2.5, §11.1, §11.6].
//
// How to write one. Derive a class from Managed: begin() starts the device and installs protocols, on the controller's
// handle itself or on children made with add_child(); stop() takes back what begin() did; quiet() ends DMA. Write a
// predicate that knows the controllers it is for, make a constant of the two, declare it in driver_table.hpp (which its file
// includes) and add it to the table of driver_table.cpp:
//
//   constinit const Driver nvme_driver = {u"NVMe", &efi::PciIo::guid, is_nvme, start_as<NvmeController>};
//
// Everything else is done here: the protocol is held BY_DRIVER between begin() and stop(), children BY_CHILD_CONTROLLER,
// so that DisconnectController, an exclusive open or the uninstallation of the protocol takes the driver off again. A disk
// is published with Disk (disk.hpp); DiskIo, partitions and file systems come from drivers that bind to its BlockIo.
// Nothing is registered before somebody looks for drivers, and nothing is probed before somebody connects a controller.
namespace drivers {

using namespace base;

struct Controller {
  efi::Handle handle;
  void* interface;                   // of the protocol that the driver drives
  const efi::DevicePath* path;       // of the handle; null: it has none
  const efi::DevicePath* remaining;  // what is wanted behind it; null: everything. A driver may make more.
  const Guid* protocol;
  efi::Handle driver;  // the binding's own handle
};

class Managed;

struct Driver {
  const char16_t* name;
  const Guid* protocol;
  // Looks and changes nothing. It is asked about every handle with the protocol that somebody connects.
  bool (*supports)(const Controller& controller);
  Result<Managed*> (*start)(const Controller& controller);  // start_as<Class>
};

// A handle that a driver made behind its controller, with its device path.
class Child : public ListNode<Child> {
 public:
  efi::Handle handle() const { return handle_; }
  const efi::DevicePath* path() const { return path_; }
  // Takes the protocols that the driver installed off the handle. An error: somebody does not let go, nothing changed.
  virtual Result<> withdraw() = 0;

 protected:
  ~Child() = default;

 private:
  friend class Managed;
  efi::Handle handle_ = nullptr;
  efi::DevicePath* path_ = nullptr;
  void (*free_)(Child& child) = nullptr;
};

// What a driver leaves on a controller that it manages.
class Managed : public ListNode<Managed> {
 public:
  // Called once. After an error children are removed and stop() is called.
  virtual Result<> begin() = 0;
  // Children are gone. An error: somebody does not let go, nothing changed.
  virtual Result<> stop() = 0;
  // ExitBootServices, at high_level: the device writes no memory from now on. Nothing may be allocated or freed.
  virtual void quiet() {}

  const Controller& controller() const { return controller_; }

  // A child whose device path is the controller's and `node`. Its class installs its protocols on handle().
  template <class T>
  Result<T*> add_child(std::span<const u8> node) {
    auto* child = TRY(core::make<T>());
    if (auto published = publish(*child, node, [](Child& c) { core::destroy(static_cast<T&>(c)); }); !published) {
      core::destroy(*child);
      return published.error();
    }
    return child;
  }
  // The child is no more; or it is as before, and the error says who holds it.
  Result<> remove_child(Child& child);

 protected:
  ~Managed() = default;

 private:
  friend class Binding;
  template <class T>
  friend Result<Managed*> start_as(const Controller& controller);
  Result<> publish(Child& child, std::span<const u8> node, void (*free)(Child& child));

  Controller controller_{};
  List<Child> children_;
  void (*free_)(Managed& managed) = nullptr;
};

template <class T>
Result<Managed*> start_as(const Controller& controller) {
  auto* made = TRY(core::make<T>());
  Managed* managed = made;
  managed->controller_ = controller;
  managed->free_ = [](Managed& m) { core::destroy(static_cast<T&>(m)); };
  return managed;
}

// The bytes of a node struct.
template <class Node>
std::span<const u8> node_bytes(const Node& node) {
  return {reinterpret_cast<const u8*>(&node), sizeof node};
}

// The function behind a PciIo interface; null: it is not one of ours.
const pci::Device* pci_device_of(void* pci_io);
// For `supports`: a function with this class code, the lowest bits left out.
template <u32 class_code, unsigned ignored_bits = 0>
bool has_pci_class(const Controller& c) {
  const pci::Device* device = pci_device_of(c.interface);
  return device && device->class_code >> ignored_bits == class_code;
}

// Hooks the table in. Costs nothing until somebody looks for drivers.
void install_drivers();

}  // namespace drivers

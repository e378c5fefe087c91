// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/enumerate.hpp"

#include <new>

#include "lib/log/log.hpp"
#include "lib/pci/bars.hpp"
#include "lib/pci/capabilities.hpp"
#include "lib/pci/registers.hpp"

namespace pci {
namespace {

constexpr unsigned max_devices = 1024;
constexpr unsigned max_depth = 32;
constexpr unsigned devices_per_bus = 32, functions_per_device = 8;

class Scan {
 public:
  Scan(Topology& topology, const DeviceSource& source) : topology_(topology), source_(source) {}

  void find_roots(u64 extra);
  void scan_root(Bus& root) {
    next_bus_ = root.number;
    last_bus_ = root.last;
    scan_bus(root, nullptr, 0);
  }

 private:
  void scan_bus(Bus& bus, Device* bridge, unsigned depth);
  bool scan_device(Bus& bus, Device* bridge, u8 number);
  Device* add(Bus& bus, Device* bridge, Bdf bdf, u32 id);
  void descend(Device& bridge, unsigned depth);
  static void identify(Device& d, u32 id);
  static void prepare_bridge(Device& d);
  static void set_buses(const Device& d, u8 secondary, u8 subordinate);

  Topology& topology_;
  const DeviceSource& source_;
  u8 next_bus_ = 0;  // highest number in use below the current root
  u8 last_bus_ = 0;
};

bool present(u32 id) { return (id & 0xffff) != 0xffff && (id & 0xffff) != 0; }

// A bus is alive when any device on it has a function 0. Nothing behind bridges can answer yet.
bool alive(u8 bus) {
  for (u8 device = 0; device < devices_per_bus; ++device)
    if (present(read32({bus, device, 0}, reg::vendor_id))) return true;
  return false;
}

void Scan::find_roots(u64 extra) {
  topology_.roots[0] = {};
  topology_.root_count = 1;
  for (unsigned bus = 1; bus < 256 && extra > 0; ++bus) {
    if (!alive(static_cast<u8>(bus))) continue;
    if (topology_.root_count == Topology::max_roots) {
      log::warning("pci: more than ", Topology::max_roots, " root buses, the rest is not used");
      break;
    }
    topology_.roots[topology_.root_count - 1].last = static_cast<u8>(bus - 1);
    Bus& root = topology_.roots[topology_.root_count++];
    root = {};
    root.number = static_cast<u8>(bus);
    --extra;
  }
  topology_.roots[topology_.root_count - 1].last = 0xff;
}

void Scan::scan_bus(Bus& bus, Device* bridge, unsigned depth) {
  for (u8 number = 0; number < devices_per_bus; ++number)
    if (!scan_device(bus, bridge, number)) break;
  for (Device* d = bus.first_child; d; d = d->next_sibling)
    if (d->bridge()) descend(*d, depth);
}

// False: no more devices can be taken.
bool Scan::scan_device(Bus& bus, Device* bridge, u8 number) {
  unsigned functions = 1;
  for (u8 function = 0; function < functions; ++function) {
    const Bdf bdf{bus.number, number, function};
    const u32 id = read32(bdf, reg::vendor_id);
    if (!present(id)) continue;
    const Device* d = add(bus, bridge, bdf, id);
    if (!d) return false;
    if (function == 0 && (read8(bdf, reg::header_type) & reg::header_multi_function)) functions = functions_per_device;
  }
  return true;
}

Device* Scan::add(Bus& bus, Device* bridge, Bdf bdf, u32 id) {
  Device* d = topology_.device_count < max_devices ? source_.next(source_.context) : nullptr;
  if (!d) {
    log::warning("pci: no room for more than ", topology_.device_count, " devices");
    return nullptr;
  }
  new (d) Device;
  d->bdf = bdf;
  d->parent = bridge;
  identify(*d, id);
  read_bars(*d);
  if (d->bridge()) prepare_bridge(*d);

  (bus.first_child ? bus.last_child->next_sibling : bus.first_child) = d;
  bus.last_child = d;
  (topology_.first ? topology_.last->next : topology_.first) = d;
  topology_.last = d;
  ++topology_.device_count;
  return d;
}

void Scan::identify(Device& d, u32 id) {
  d.vendor = static_cast<u16>(id);
  d.device = static_cast<u16>(id >> 16);
  const u32 word = read32(d.bdf, reg::class_revision);
  d.class_code = word >> 8;
  d.revision = static_cast<u8>(word);
  d.layout = read8(d.bdf, reg::header_type) & reg::header_layout;
  const u8 pin = read8(d.bdf, reg::interrupt_pin);
  d.interrupt_pin = pin <= 4 ? pin : 0;
}

// Numbers from an earlier boot would make a bridge answer for a bus that is given to another one.
void Scan::prepare_bridge(Device& d) {
  write32(d.bdf, reg::bus_numbers, 0);
  const u8 pcie = find_capability(d.bdf, reg::capability_pcie);
  if (pcie) {
    const u16 flags = read16(d.bdf, static_cast<u16>(pcie + reg::pcie_flags));
    const unsigned type = reg::pcie_port_type(flags);
    d.hotplug = (type == reg::pcie_root_port || type == reg::pcie_downstream_port) && (flags & reg::pcie_flags_slot);
  } else {
    d.hotplug = find_capability(d.bdf, reg::capability_shpc) != 0;
  }
  if (d.hotplug) {
    const u32 wish = read_reservation(d.bdf, d.vendor).buses;
    d.buses_reserved = static_cast<u8>(wish > 0xff ? 0 : wish);
  }
}

void Scan::set_buses(const Device& d, u8 secondary, u8 subordinate) {
  write32(d.bdf, reg::bus_numbers, d.bdf.bus | static_cast<u32>(secondary) << 8 | static_cast<u32>(subordinate) << 16);
}

void Scan::descend(Device& bridge, unsigned depth) {
  if (next_bus_ >= last_bus_ || depth >= max_depth) {
    log::warning("pci: no bus number for the bridge ", log::hex(bridge.bdf.number(), 4), ", nothing behind it is used");
    return;
  }
  const u8 secondary = ++next_bus_;
  set_buses(bridge, secondary, last_bus_);
  if ((read32(bridge.bdf, reg::bus_numbers) >> 8 & 0xffff) != (secondary | static_cast<u32>(last_bus_) << 8)) {
    log::warning("pci: the bridge ", log::hex(bridge.bdf.number(), 4), " does not take bus numbers, nothing behind it is used");
    set_buses(bridge, 0, 0);
    --next_bus_;
    return;
  }
  bridge.behind.number = secondary;
  scan_bus(bridge.behind, &bridge, depth + 1);
  const unsigned wanted = secondary + unsigned{bridge.buses_reserved};
  if (wanted > next_bus_) next_bus_ = wanted < last_bus_ ? static_cast<u8>(wanted) : last_bus_;
  bridge.behind.last = next_bus_;
  set_buses(bridge, secondary, next_bus_);
}

}  // namespace

void enumerate(Topology& topology, u64 extra_roots, const DeviceSource& source) {
  topology.first = topology.last = nullptr;
  topology.device_count = 0;
  Scan scan(topology, source);
  scan.find_roots(extra_roots);
  for (unsigned i = 0; i < topology.root_count; ++i) scan.scan_root(topology.roots[i]);
}

Device* Topology::find(Bdf bdf) const {
  for (Device* d = first; d; d = d->next)
    if (d->bdf == bdf) return d;
  return nullptr;
}

}  // namespace pci

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/qemu_order.hpp"

#include "dxe/boot/device.hpp"
#include "dxe/boot/path.hpp"
#include "dxe/core/connect.hpp"
#include "dxe/drivers/platform.hpp"
#include "lib/boot/open_firmware.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/log/log.hpp"

namespace boot {
namespace {

constexpr u32 max_file_bytes = 64 * 1024;
constexpr unsigned max_devices = 64;

// The named devices, by the beginning of their paths.
struct Named {
  OwnPath paths[max_devices];
  unsigned count = 0;
};

void add_device(std::string_view line, std::span<const u8> root_buses, Named& to) {
  u8 room[512];
  device_path::ByteSink sink{std::span(room)};
  const auto done = device_path_of(line, root_buses, sink);
  if (!done && done.error() == Error::not_found) return;
  if (!done || !sink.fits()) return log::warning("bootorder: \"", line, "\" is not understood");
  const Bytes body(room, sink.length() - sizeof(efi::DevicePath));
  if (to.count < max_devices && to.paths[to.count].join(body, {})) ++to.count;
}

// True: `-boot strict=on`.
bool read_devices(Named& to) {
  const auto file = fw_cfg::find("bootorder");
  const fw_cfg::File found = file.value_or({});
  if (!file || found.size == 0 || found.size > max_file_bytes) return false;
  auto* text = core::allocate_array<u8>(found.size).value_or(nullptr);
  if (!text) return false;
  fw_cfg::read(found.key, {text, found.size});
  u8 root_buses[pci::Topology::max_roots];
  const pci::Topology& topology = drivers::pci_topology();
  for (unsigned i = 0; i < topology.root_count; ++i) root_buses[i] = topology.roots[i].number;
  BootOrderLines lines({reinterpret_cast<const char*>(text), found.size});
  for (std::string_view line; lines.next(line);) add_device(line, {root_buses, topology.root_count}, to);
  (void)!core::free_pool(text);
  return lines.halts();
}

// A network card is not connected before its turn comes: that takes long, and mostly a disk boots before.
void connect(const efi::DevicePath* path) {
  if (!network_card_of(path).empty()) return;
  auto nearest = connect_path(path);
  if (nearest && nearest->whole()) (void)!core::connect_controller(nearest->handle, nullptr, nullptr, true);
}

bool matches(const Option& option, Bytes device) {
  if (begins_with(option.load.path, device)) return true;
  const efi::DevicePath& first = *option.path();
  if (first.type != efi::device_path_type::media || first.subtype != efi::media_path::HardDrive::subtype) return false;
  for (efi::Handle h : Handles(efi::DevicePath::guid))
    if (begins_with(device_path::body(path_of(h)), device) && is_partition(path_of(h), option.path())) return true;
  return false;
}

// What OVMF takes out of the order and deletes when it was not named: HD(...) and PciRoot(...).
bool dropped(const Option& option) {
  const efi::DevicePath& first = *option.path();
  if (first.type == efi::device_path_type::media) return first.subtype == efi::media_path::HardDrive::subtype;
  if (first.type != efi::device_path_type::acpi || first.subtype != efi::acpi_path::Hid::subtype || first.size() != sizeof(efi::acpi_path::Hid))
    return false;
  efi::acpi_path::Hid node;
  __builtin_memcpy(&node, &first, sizeof node);
  return node.hid == efi::acpi_path::pnp(0x0a03);
}

// Moves the matching entries to the front, in the order of the devices. False: there are none.
bool arrange(Options& options, const Named& named) {
  for (Option& o : options.list()) o.matched = false;
  List<Option> ordered;
  for (unsigned i = 0; i < named.count; ++i)
    for (Option& o : options.list())
      if (o.load.active() && matches(o, device_path::body(named.paths[i].get()))) {
        o.unlink();
        o.matched = true;
        ordered.push_back(o);
      }
  const bool any = !ordered.empty();
  while (Option* last = ordered.back()) {
    last->unlink();
    options.list().push_front(*last);
  }
  return any;
}

}  // namespace

QemuOrder apply_qemu_order(Options& options) {
  Named named;
  const bool strict = read_devices(named);
  if (named.count == 0) return {false, strict};
  for (unsigned i = 0; i < named.count; ++i) connect(named.paths[i].get());
  (void)refresh_entries(options);
  for (unsigned i = 0; i < named.count; ++i) {
    const efi::DevicePath* path = named.paths[i].get();
    bool known = false;
    for (Option& o : options.list()) known |= begins_with(o.load.path, device_path::body(path));
    if (!known && !network_card_of(path).empty()) add_network_entry(options, path);
  }
  if (!arrange(options, named)) return {false, strict};
  for (Option& o : options.list())
    if (!o.matched && o.load.active() && dropped(o)) options.erase(o);
  options.write_order();
  return {true, strict};
}

}  // namespace boot

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/device.hpp"

#include "dxe/boot/path.hpp"
#include "dxe/core/connect.hpp"
#include "dxe/drivers/driver.hpp"
#include "dxe/drivers/option_rom.hpp"
#include "dxe/drivers/pci_protocols.hpp"
#include "dxe/drivers/platform.hpp"
#include "lib/efi/load_file.hpp"
#include "lib/efi/pci_io.hpp"

namespace boot {
namespace {

constexpr u32 class_storage = 0x01, class_network = 0x02;

bool network_card(const pci::Device& d) { return d.kind() >> 8 == class_network; }

const pci::Device* function_of(efi::Handle handle) {
  void* pci_io = core::interface_of(handle, efi::PciIo::guid);
  return pci_io ? drivers::pci_device_of(pci_io) : nullptr;
}

constinit bool disks_connected = false, network_connected = false;

}  // namespace

void connect_disks() {
  if (disks_connected) return;
  disks_connected = true;
  drivers::connect_pci([](const pci::Device& d) { return d.kind() >> 8 == class_storage; }, true);
  drivers::connect_pci(drivers::is_usb_host, true);
}

void connect_network() {
  if (network_connected) return;
  network_connected = true;
  for (const pci::Device* d = drivers::pci_topology().first; d; d = d->next) {
    if (!network_card(*d)) continue;
    const auto [handle, path] = drivers::pci_handle(*d);
    (void)start_network_rom(handle);
    (void)!core::connect_controller(handle, nullptr, nullptr, true);
  }
}

bool start_network_rom(efi::Handle handle) {
  const pci::Device* function = function_of(handle);
  if (!function || !network_card(*function) || !drivers::start_option_rom(handle)) return false;
  (void)!core::disconnect_controller(handle, nullptr, nullptr);
  return true;
}

Bytes network_card_of(const efi::DevicePath* path) {
  for (const pci::Device* d = drivers::pci_topology().first; d; d = d->next) {
    const Bytes card = device_path::body(network_card(*d) ? drivers::pci_handle(*d).path : nullptr);
    if (!card.empty() && begins_with(device_path::body(path), card)) return card;
  }
  return {};
}

bool disks_are_connected() { return disks_connected; }

}  // namespace boot

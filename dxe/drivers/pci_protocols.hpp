// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/boot_services.hpp"
#include "lib/pci/topology.hpp"

namespace drivers {

using namespace base;

// EFI_PCI_ROOT_BRIDGE_IO on a handle for each root bus and EFI_PCI_IO on one for each function [uefi §14.2, §14.4],
// with device paths as OVMF has them. After init_chipset().
void install_pci_protocols();

struct PciHandle {
  efi::Handle handle;
  const efi::DevicePath* path;
};
// What a driver of our own puts its children under. Null: not installed.
PciHandle pci_handle(const pci::Device& device);
// Connects every function that is wanted; `recursive`: and what is behind it.
void connect_pci(bool (*wanted)(const pci::Device& device), bool recursive);
inline bool is_usb_host(const pci::Device& device) { return device.kind() == 0x0c03; }

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/pci_access.hpp"
#include "dxe/drivers/pci_resources.hpp"
#include "lib/efi/device_path_nodes.hpp"
#include "lib/efi/pci_root_bridge_io.hpp"

namespace drivers {

struct [[gnu::packed]] RootBridgePath {
  efi::acpi_path::Hid root;
  efi::DevicePath end;
};
efi::acpi_path::Hid root_bridge_node(u8 bus);

class RootBridge : public efi::PciRootBridgeIo {
 public:
  using Protocol = efi::PciRootBridgeIo;

  // Fills in and installs.
  void init(const pci::Topology& topology, const pci::Bus& bus);

  template <Space space>
  Result<> poll_address(efi::PciWidth width, u64 address, u64 mask, u64 value, u64 delay, u64* result);
  template <Space space, Direction direction>
  Result<> access(efi::PciWidth width, u64 address, u64 count, void* buffer) {
    return access_bus(space, direction, width, address, count, buffer);
  }
  template <Direction direction>
  Result<> access_config(efi::PciWidth width, u64 address, u64 count, void* buffer) {
    return access_registers(direction, width, address, count, buffer);
  }
  Result<> copy(efi::PciWidth width, u64 to, u64 from, u64 count);
  Result<> map_memory(efi::PciRootBridgeOperation operation, void* host, u64* bytes, efi::PhysicalAddress* device, void** mapping);
  Result<> unmap_memory(void* mapping);
  Result<> allocate(efi::AllocateType, efi::MemoryType type, u64 pages, void** host, u64 attributes);
  Result<> free(u64 pages, void* host);
  Result<> flush_writes() { return {}; }
  Result<> read_attributes(u64* supported, u64* current);
  Result<> write_attributes(u64 attributes, u64* base, u64* length);
  Result<> resources(void** list);

 private:
  Result<> access_bus(Space space, Direction direction, efi::PciWidth width, u64 address, u64 count, void* buffer);
  Result<> access_registers(Direction direction, efi::PciWidth width, u64 address, u64 count, void* buffer);

  u8 first_bus_;
  u8 last_bus_;
  u64 attributes_;
  RootResources resources_;
  RootBridgePath path_;
};

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/pci_root_bridge.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/drivers/pci_dma.hpp"

namespace drivers {
namespace {

using core::thunk;
using efi::PciWidth, efi::PciIoOperation;
namespace attribute = efi::pci_attribute;

// Ports and legacy memory reach the devices of either chipset without our doing.
constexpr u64 supported_attributes = attribute::isa_motherboard_io | attribute::isa_io_16 | attribute::ide_primary_io |
                                     attribute::ide_secondary_io | attribute::vga_memory | attribute::vga_io | attribute::vga_io_16;

// efi::pci_config_address() taken apart.
struct ConfigAddress {
  pci::Bdf bdf;
  u64 offset;
};
Result<ConfigAddress> config_address(u64 address) {
  const u64 device = address >> 16 & 0xff, function = address >> 8 & 0xff, extended = address >> 32;
  if (device > 31 || function > 7 || (extended && address & 0xff)) return Error::invalid_parameter;
  return ConfigAddress{{static_cast<u8>(address >> 24), static_cast<u8>(device), static_cast<u8>(function)},
                       extended ? extended : address & 0xff};
}

}  // namespace

efi::acpi_path::Hid root_bridge_node(u8 bus) {
  using efi::acpi_path::Hid;
  return {efi::node_header<Hid>(efi::device_path_type::acpi, Hid::subtype), efi::acpi_path::pnp(0x0a03), bus};
}

template <Space space>
Result<> RootBridge::poll_address(PciWidth width, u64 address, u64 mask, u64 value, u64 delay, u64* result) {
  const Shape shape = TRY(plain_shape_of(width, space));
  if (!result) return Error::invalid_parameter;
  if (address % shape.bytes != 0) return Error::unsupported;
  TRY(check_bus_address(space, address, shape.bytes));
  return poll({space, address}, shape.bytes, mask, value, delay, result);
}

// The thunks stay small: this is no part of each.
[[gnu::noinline]] Result<> RootBridge::access_bus(Space space, Direction direction, PciWidth width, u64 address, u64 count, void* buffer) {
  const Shape shape = TRY(shape_of(width, space));
  if (!buffer) return Error::invalid_parameter;
  if (address % shape.bytes != 0) return Error::unsupported;
  const u64 bytes = TRY(extent(shape, count));
  TRY(check_bus_address(space, address, bytes));
  transfer(direction, {space, address}, shape, count, buffer);
  return {};
}

[[gnu::noinline]] Result<> RootBridge::access_registers(Direction direction, PciWidth width, u64 address, u64 count, void* buffer) {
  const Shape shape = TRY(shape_of(width, Space::config));
  if (!buffer) return Error::invalid_parameter;
  const ConfigAddress at = TRY(config_address(address));
  if (at.bdf.bus < first_bus_ || at.bdf.bus > last_bus_) return Error::invalid_parameter;
  const u64 bytes = TRY(extent(shape, count));
  TRY(check_config(at.offset, shape.bytes, bytes));
  transfer(direction, {Space::config, at.offset, at.bdf}, shape, count, buffer);
  return {};
}

Result<> RootBridge::copy(PciWidth width, u64 to, u64 from, u64 count) {
  const Shape shape = TRY(plain_shape_of(width, Space::memory));
  if (to % shape.bytes != 0 || from % shape.bytes != 0) return Error::unsupported;
  const u64 bytes = TRY(extent(shape, count));
  TRY(check_bus_address(Space::memory, to, bytes));
  TRY(check_bus_address(Space::memory, from, bytes));
  copy_memory(to, from, shape.bytes, count);
  return {};
}

Result<> RootBridge::map_memory(efi::PciRootBridgeOperation operation, void* host, u64* bytes, efi::PhysicalAddress* device,
                                void** mapping) {
  const u32 raw = static_cast<u32>(operation);
  if (raw >= efi::pci_root_bridge_operation_count) return Error::invalid_parameter;
  const bool wide = raw >= efi::pci_io_operation_count;
  return map_for_device(static_cast<PciIoOperation>(raw % efi::pci_io_operation_count), host, bytes, wide ? dma_limit_64 : dma_limit_32,
                        device, mapping);
}

Result<> RootBridge::unmap_memory(void* mapping) { return unmap_for_device(mapping); }

Result<> RootBridge::allocate(efi::AllocateType, efi::MemoryType type, u64 pages, void** host, u64 attributes) {
  return allocate_common_buffer(type, pages, attributes & attribute::dual_address_cycle ? dma_limit_64 : dma_limit_32, attributes, host);
}

Result<> RootBridge::free(u64 pages, void* host) { return free_common_buffer(pages, host); }

Result<> RootBridge::read_attributes(u64* supported, u64* current) {
  if (!supported && !current) return Error::invalid_parameter;
  if (supported) *supported = supported_attributes;
  if (current) *current = attributes_;
  return {};
}

Result<> RootBridge::write_attributes(u64 attributes, u64*, u64*) {
  if (attributes & ~supported_attributes) return Error::unsupported;
  attributes_ = attributes;
  return {};
}

Result<> RootBridge::resources(void** list) {
  if (!list) return Error::invalid_parameter;
  *list = resources_.list();
  return {};
}

void RootBridge::init(const pci::Topology& topology, const pci::Bus& bus) {
  using enum Direction;
  static_cast<efi::PciRootBridgeIo&>(*this) = {
      .parent_handle = nullptr,
      .poll_mem = thunk<&RootBridge::poll_address<Space::memory>>,
      .poll_io = thunk<&RootBridge::poll_address<Space::io>>,
      .mem = {thunk<&RootBridge::access<Space::memory, read>>, thunk<&RootBridge::access<Space::memory, write>>},
      .io = {thunk<&RootBridge::access<Space::io, read>>, thunk<&RootBridge::access<Space::io, write>>},
      .pci = {thunk<&RootBridge::access_config<read>>, thunk<&RootBridge::access_config<write>>},
      .copy_mem = thunk<&RootBridge::copy>,
      .map = thunk<&RootBridge::map_memory>,
      .unmap = thunk<&RootBridge::unmap_memory>,
      .allocate_buffer = thunk<&RootBridge::allocate>,
      .free_buffer = thunk<&RootBridge::free>,
      .flush = thunk<&RootBridge::flush_writes>,
      .get_attributes = thunk<&RootBridge::read_attributes>,
      .set_attributes = thunk<&RootBridge::write_attributes>,
      .configuration = thunk<&RootBridge::resources>,
      .segment_number = 0,
  };
  first_bus_ = bus.number;
  last_bus_ = bus.last;
  attributes_ = supported_attributes;
  resources_.init(topology, bus);
  path_ = {root_bridge_node(bus.number), efi::end_device_path};
  efi::Handle handle = nullptr;
  core::install(handle, path_, efi::DevicePath::guid);
  core::install<efi::PciRootBridgeIo>(handle, *this);
}

}  // namespace drivers

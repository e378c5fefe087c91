// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/pci_function.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/drivers/driver.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "dxe/drivers/pci_resources.hpp"
#include "dxe/drivers/pci_root_bridge.hpp"

namespace drivers {
namespace {

using core::thunk;
using efi::PciWidth;
using PciNode = efi::hardware_path::Pci;

unsigned depth_of(const pci::Device& device) {
  unsigned depth = 1;
  for (const pci::Device* d = device.parent; d; d = d->parent) ++depth;
  return depth;
}

}  // namespace

Result<const pci::Resource*> PciFunction::bar_resource(u8 bar) const {
  if (bar >= pci::Device::max_bars || device_->bars[bar].kind == pci::Resource::Kind::none) return Error::unsupported;
  const pci::Resource& r = device_->bars[bar];
  return r.placed ? Result<const pci::Resource*>(&r) : Error::unsupported;
}

// The address of a transfer that lies in one BAR, whole.
Result<u64> PciFunction::address_in(Space space, u8 bar, u64 offset, Shape shape, u64 count) const {
  const u64 bytes = TRY(extent(shape, count));
  if (bar == pass_through_bar) {
    if (offset % shape.bytes != 0 || !check_bus_address(space, offset, bytes)) return Error::unsupported;
    return offset;
  }
  const pci::Resource& r = *TRY(bar_resource(bar));
  if (r.io() != (space == Space::io) || offset > r.size || bytes > r.size - offset) return Error::unsupported;
  return offset % shape.bytes == 0 ? Result<u64>(r.address + offset) : Error::unsupported;
}

template <Space space>
Result<> PciFunction::poll_bar(PciWidth width, u8 bar, u64 offset, u64 mask, u64 value, u64 delay, u64* result) {
  const Shape shape = TRY(plain_shape_of(width, space));
  if (!result) return Error::invalid_parameter;
  const u64 address = TRY(address_in(space, bar, offset, shape, 1));
  return poll({space, address}, shape.bytes, mask, value, delay, result);
}

// The thunks stay small: this is no part of each.
[[gnu::noinline]] Result<> PciFunction::access_bar(Space space, Direction direction, PciWidth width, u8 bar, u64 offset, u64 count,
                                                   void* buffer) {
  const Shape shape = TRY(shape_of(width, space));
  if (!buffer) return Error::invalid_parameter;
  const u64 address = TRY(address_in(space, bar, offset, shape, count));
  transfer(direction, {space, address}, shape, count, buffer);
  return {};
}

[[gnu::noinline]] Result<> PciFunction::access_registers(Direction direction, PciWidth width, u32 offset, u64 count, void* buffer) {
  const Shape shape = TRY(shape_of(width, Space::config));
  if (!buffer) return Error::invalid_parameter;
  const u64 bytes = TRY(extent(shape, count));
  TRY(check_config(offset, shape.bytes, bytes));
  transfer(direction, {Space::config, offset, device_->bdf}, shape, count, buffer);
  return {};
}

Result<> PciFunction::copy(PciWidth width, u8 to_bar, u64 to, u8 from_bar, u64 from, u64 count) {
  const Shape shape = TRY(plain_shape_of(width, Space::memory));
  const u64 to_address = TRY(address_in(Space::memory, to_bar, to, shape, count));
  const u64 from_address = TRY(address_in(Space::memory, from_bar, from, shape, count));
  copy_memory(to_address, from_address, shape.bytes, count);
  return {};
}

Result<> PciFunction::map_memory(efi::PciIoOperation operation, void* host, u64* bytes, efi::PhysicalAddress* device, void** mapping) {
  return map_for_device(operation, host, bytes, noted_ & efi::pci_attribute::dual_address_cycle ? dma_limit_64 : dma_limit_32, device,
                        mapping);
}

Result<> PciFunction::unmap_memory(void* mapping) { return unmap_for_device(mapping); }

Result<> PciFunction::allocate(u32, u32 memory_type, u64 pages, void** host, u64 attributes) {
  return allocate_common_buffer(static_cast<efi::MemoryType>(memory_type), pages,
                                noted_ & efi::pci_attribute::dual_address_cycle ? dma_limit_64 : dma_limit_32, attributes, host);
}

Result<> PciFunction::free(u64 pages, void* host) { return free_common_buffer(pages, host); }

Result<> PciFunction::location(u64* segment, u64* bus, u64* device, u64* function) {
  if (!segment || !bus || !device || !function) return Error::invalid_parameter;
  *segment = 0;
  *bus = device_->bdf.bus;
  *device = device_->bdf.device;
  *function = device_->bdf.function;
  return {};
}

Result<> PciFunction::describe_bar(u8 bar, u64* supports, void** resources) {
  if (!supports && !resources) return Error::invalid_parameter;
  const pci::Resource& r = *TRY(bar_resource(bar));
  if (supports) *supports = 0;
  if (!resources) return {};
  auto* list = TRY(core::allocate_array<BarResources>(1));
  *list = describe(r);
  *resources = list;
  return {};
}

// No BAR has attributes that could be set; a range is only checked.
Result<> PciFunction::set_bar(u64 attributes, u8 bar, u64* offset, u64* length) {
  if (!offset || !length) return Error::invalid_parameter;
  const pci::Resource& r = *TRY(bar_resource(bar));
  return attributes == 0 && *offset <= r.size && *length <= r.size - *offset ? Result<>() : Error::unsupported;
}

void PciFunction::write_path(unsigned depth) {
  auto* root = reinterpret_cast<efi::acpi_path::Hid*>(this + 1);
  auto* nodes = reinterpret_cast<PciNode*>(root + 1);
  __builtin_memcpy(nodes + depth, &efi::end_device_path, sizeof efi::end_device_path);
  const pci::Device* top = device_;
  for (const pci::Device* d = device_; d; d = d->parent) {
    nodes[--depth] = {efi::node_header<PciNode>(efi::device_path_type::hardware, PciNode::subtype), d->bdf.function, d->bdf.device};
    top = d;
  }
  *root = root_bridge_node(top->bdf.bus);
}

void PciFunction::init(const pci::Device& device) {
  using enum Direction;
  static_cast<efi::PciIo&>(*this) = {
      .poll_mem = thunk<&PciFunction::poll_bar<Space::memory>>,
      .poll_io = thunk<&PciFunction::poll_bar<Space::io>>,
      .mem = {thunk<&PciFunction::access<Space::memory, read>>, thunk<&PciFunction::access<Space::memory, write>>},
      .io = {thunk<&PciFunction::access<Space::io, read>>, thunk<&PciFunction::access<Space::io, write>>},
      .pci = {thunk<&PciFunction::access_config<read>>, thunk<&PciFunction::access_config<write>>},
      .copy_mem = thunk<&PciFunction::copy>,
      .map = thunk<&PciFunction::map_memory>,
      .unmap = thunk<&PciFunction::unmap_memory>,
      .allocate_buffer = thunk<&PciFunction::allocate>,
      .free_buffer = thunk<&PciFunction::free>,
      .flush = thunk<&PciFunction::flush_writes>,
      .get_location = thunk<&PciFunction::location>,
      .attributes = thunk<&PciFunction::change_attributes>,
      .get_bar_attributes = thunk<&PciFunction::describe_bar>,
      .set_bar_attributes = thunk<&PciFunction::set_bar>,
      .rom_size = 0,
      .rom_image = nullptr,
  };
  device_ = &device;
}

const pci::Device* pci_device_of(void* pci_io) {
  auto* io = static_cast<efi::PciIo*>(pci_io);
  const bool ours = io && io->get_location == thunk<&PciFunction::location>;
  return ours ? &static_cast<PciFunction*>(io)->device() : nullptr;
}

Result<PciFunction*> PciFunction::make(const pci::Device& device) {
  const unsigned depth = depth_of(device);
  const u64 path_bytes = sizeof(efi::acpi_path::Hid) + depth * sizeof(PciNode) + sizeof(efi::DevicePath);
  void* block = TRY(core::allocate_pool(efi::MemoryType::boot_services_data, sizeof(PciFunction) + path_bytes));
  auto* function = new (block) PciFunction();
  function->init(device);
  function->write_path(depth);
  core::install(function->handle_, *const_cast<efi::DevicePath*>(function->path()));
  core::install<efi::PciIo>(function->handle_, *function);
  return function;
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/pci_function.hpp"
#include "lib/pci/registers.hpp"

// Attributes of a PCI function [uefi §14.4 Attributes]: those that its command register holds, and notes.
namespace drivers {
namespace {

namespace attribute = efi::pci_attribute;
namespace reg = pci::reg;

constexpr u32 class_ide = 0x0101;
constexpr u32 ide_primary_native = 1 << 0, ide_secondary_native = 1 << 2;  // in the interface byte
constexpr u16 decode_bits = reg::command_io | reg::command_memory | reg::command_bus_master;

bool owns_vga_path(const pci::Device& device) {
  if (device.kind() != reg::class_vga) return false;
  for (const pci::Device* b = device.parent; b; b = b->parent)
    if (!(pci::read16(b->bdf, reg::bridge_control) & reg::bridge_control_vga)) return false;
  return true;
}

}  // namespace

u64 PciFunction::supported() const {
  u64 all = attribute::bus_master | attribute::dual_address_cycle;
  for (const pci::Resource& r : device_->bars)
    if (r.placed) all |= r.io() ? attribute::io : attribute::memory;
  if (device_->rom.placed) all |= attribute::memory;
  if (device_->bridge()) all |= attribute::io | attribute::memory;
  if (owns_vga_path(*device_))
    all |= attribute::io | attribute::memory | attribute::vga_memory | attribute::vga_io | attribute::vga_io_16 |
           attribute::vga_palette_io | attribute::vga_palette_io_16;
  if (device_->kind() == class_ide) {
    if (!(device_->class_code & ide_primary_native)) all |= attribute::io | attribute::ide_primary_io;
    if (!(device_->class_code & ide_secondary_native)) all |= attribute::io | attribute::ide_secondary_io;
  }
  return all;
}

u64 PciFunction::current() const {
  const u16 command = pci::read16(device_->bdf, reg::command);
  return noted_ | (command & reg::command_io ? attribute::io : 0) | (command & reg::command_memory ? attribute::memory : 0) |
         (command & reg::command_bus_master ? attribute::bus_master : 0);
}

void PciFunction::set_attributes(u64 wanted) {
  constexpr u64 in_register = attribute::io | attribute::memory | attribute::bus_master;
  const u16 before = pci::read16(device_->bdf, reg::command);
  const u16 bits =
      static_cast<u16>((wanted & attribute::io ? reg::command_io : 0) | (wanted & attribute::memory ? reg::command_memory : 0) |
                       (wanted & attribute::bus_master ? reg::command_bus_master : 0));
  const u16 after = static_cast<u16>((before & ~decode_bits) | bits);
  if (after != before) pci::write16(device_->bdf, reg::command, after);
  noted_ = wanted & ~in_register;
}

Result<> PciFunction::change_attributes(efi::PciIoAttributeOperation operation, u64 attributes, u64* result) {
  using Operation = efi::PciIoAttributeOperation;
  const bool asks = operation == Operation::get || operation == Operation::supported;
  if (asks && !result) return Error::invalid_parameter;
  if (!asks && (attributes & ~supported())) return Error::unsupported;
  switch (operation) {
    case Operation::get:
      *result = current();
      return {};
    case Operation::supported:
      *result = supported();
      return {};
    case Operation::set:
      set_attributes(attributes);
      return {};
    case Operation::enable:
      set_attributes(current() | attributes);
      return {};
    case Operation::disable:
      set_attributes(current() & ~attributes);
      return {};
  }
  return Error::invalid_parameter;
}

}  // namespace drivers

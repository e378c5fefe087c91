// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/pci_access.hpp"
#include "lib/base/list.hpp"
#include "lib/efi/boot_services.hpp"
#include "lib/pci/topology.hpp"

namespace drivers {

// EFI_PCI_IO_PROTOCOL of one function [uefi §14.4]. Its device path lies behind the object.
class PciFunction : public efi::PciIo, public ListNode<PciFunction> {
 public:
  using Protocol = efi::PciIo;

  static Result<PciFunction*> make(const pci::Device& device);
  const pci::Device& device() const { return *device_; }
  efi::Handle handle() const { return handle_; }
  const efi::DevicePath* path() const { return reinterpret_cast<const efi::DevicePath*>(this + 1); }

  template <Space space>
  Result<> poll_bar(efi::PciWidth width, u8 bar, u64 offset, u64 mask, u64 value, u64 delay, u64* result);
  template <Space space, Direction direction>
  Result<> access(efi::PciWidth width, u8 bar, u64 offset, u64 count, void* buffer) {
    return access_bar(space, direction, width, bar, offset, count, buffer);
  }
  template <Direction direction>
  Result<> access_config(efi::PciWidth width, u32 offset, u64 count, void* buffer) {
    return access_registers(direction, width, offset, count, buffer);
  }
  Result<> copy(efi::PciWidth width, u8 to_bar, u64 to, u8 from_bar, u64 from, u64 count);
  Result<> map_memory(efi::PciIoOperation operation, void* host, u64* bytes, efi::PhysicalAddress* device, void** mapping);
  Result<> unmap_memory(void* mapping);
  Result<> allocate(u32, u32 memory_type, u64 pages, void** host, u64 attributes);
  Result<> free(u64 pages, void* host);
  Result<> flush_writes() { return {}; }
  Result<> location(u64* segment, u64* bus, u64* device, u64* function);
  Result<> change_attributes(efi::PciIoAttributeOperation operation, u64 attributes, u64* result);
  Result<> describe_bar(u8 bar, u64* supports, void** resources);
  Result<> set_bar(u64 attributes, u8 bar, u64* offset, u64* length);

 private:
  void init(const pci::Device& device);
  void write_path(unsigned depth);
  Result<> access_bar(Space space, Direction direction, efi::PciWidth width, u8 bar, u64 offset, u64 count, void* buffer);
  Result<> access_registers(Direction direction, efi::PciWidth width, u32 offset, u64 count, void* buffer);
  Result<const pci::Resource*> bar_resource(u8 bar) const;
  Result<u64> address_in(Space space, u8 bar, u64 offset, Shape shape, u64 count) const;
  u64 supported() const;
  u64 current() const;
  void set_attributes(u64 wanted);

  const pci::Device* device_;
  efi::Handle handle_;
  u64 noted_;  // attributes that no register of the function holds
};

}  // namespace drivers

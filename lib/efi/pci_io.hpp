// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

// 0-3: 8 to 64 bits; + 4: the buffer stays (a FIFO in memory); + 8: one value fills the range.
enum class PciWidth : u32 {
  uint8 = 0,
  uint16 = 1,
  uint32 = 2,
  uint64 = 3,
  fifo_uint8 = 4,
  fifo_uint16 = 5,
  fifo_uint32 = 6,
  fifo_uint64 = 7,
  fill_uint8 = 8,
  fill_uint16 = 9,
  fill_uint32 = 10,
  fill_uint64 = 11,
};
inline constexpr u32 pci_width_count = 12;

enum class PciIoOperation : u32 { bus_master_read = 0, bus_master_write = 1, bus_master_common_buffer = 2 };
inline constexpr u32 pci_io_operation_count = 3;
enum class PciIoAttributeOperation : u32 { get = 0, set = 1, enable = 2, disable = 3, supported = 4 };

namespace pci_attribute {
inline constexpr u64 isa_motherboard_io = 0x0001;
inline constexpr u64 isa_io = 0x0002;
inline constexpr u64 vga_palette_io = 0x0004;
inline constexpr u64 vga_memory = 0x0008;
inline constexpr u64 vga_io = 0x0010;
inline constexpr u64 ide_primary_io = 0x0020;
inline constexpr u64 ide_secondary_io = 0x0040;
inline constexpr u64 memory_write_combine = 0x0080;
inline constexpr u64 io = 0x0100;
inline constexpr u64 memory = 0x0200;
inline constexpr u64 bus_master = 0x0400;
inline constexpr u64 memory_cached = 0x0800;
inline constexpr u64 memory_disable = 0x1000;
inline constexpr u64 embedded_device = 0x2000;
inline constexpr u64 embedded_rom = 0x4000;
inline constexpr u64 dual_address_cycle = 0x8000;
inline constexpr u64 isa_io_16 = 0x1'0000;
inline constexpr u64 vga_palette_io_16 = 0x2'0000;
inline constexpr u64 vga_io_16 = 0x4'0000;
}  // namespace pci_attribute

struct PciIo;
using PciIoPoll = Status(EFIAPI*)(PciIo* self, PciWidth width, u8 bar, u64 offset, u64 mask, u64 value, u64 delay,
                                  u64* result);
using PciIoAccess = Status(EFIAPI*)(PciIo* self, PciWidth width, u8 bar, u64 offset, u64 count, void* buffer);
using PciIoConfigAccess = Status(EFIAPI*)(PciIo* self, PciWidth width, u32 offset, u64 count, void* buffer);

// EFI_PCI_IO_PROTOCOL [uefi §14.4].
struct PciIo {
  static constexpr Guid guid = "4cf5b200-68b8-4ca5-9eec-b23e3f50029a"_guid;
  static constexpr u8 pass_through_bar = 0xff;

  struct Access {
    PciIoAccess read;
    PciIoAccess write;
  };
  struct ConfigAccess {
    PciIoConfigAccess read;
    PciIoConfigAccess write;
  };

  PciIoPoll poll_mem;
  PciIoPoll poll_io;
  Access mem;
  Access io;
  ConfigAccess pci;
  Status(EFIAPI* copy_mem)(PciIo* self, PciWidth width, u8 dest_bar, u64 dest_offset, u8 src_bar, u64 src_offset,
                           u64 count);
  Status(EFIAPI* map)(PciIo* self, PciIoOperation operation, void* host_address, u64* bytes,
                      PhysicalAddress* device_address, void** mapping);
  Status(EFIAPI* unmap)(PciIo* self, void* mapping);
  Status(EFIAPI* allocate_buffer)(PciIo* self, u32 allocate_type, u32 memory_type, u64 pages, void** host_address,
                                  u64 attributes);
  Status(EFIAPI* free_buffer)(PciIo* self, u64 pages, void* host_address);
  Status(EFIAPI* flush)(PciIo* self);
  Status(EFIAPI* get_location)(PciIo* self, u64* segment, u64* bus, u64* device, u64* function);
  Status(EFIAPI* attributes)(PciIo* self, PciIoAttributeOperation operation, u64 attributes, u64* result);
  Status(EFIAPI* get_bar_attributes)(PciIo* self, u8 bar, u64* supports, void** resources);
  Status(EFIAPI* set_bar_attributes)(PciIo* self, u64 attributes, u8 bar, u64* offset, u64* length);
  u64 rom_size;
  void* rom_image;
};
static_assert(sizeof(PciIo) == 160 && offsetof(PciIo, pci) == 48 && offsetof(PciIo, get_location) == 112 &&
              offsetof(PciIo, rom_size) == 144);

}  // namespace efi

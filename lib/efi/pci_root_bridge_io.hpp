// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/memory.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/efi/status.hpp"

namespace efi {

enum class PciRootBridgeOperation : u32 {
  bus_master_read = 0,
  bus_master_write = 1,
  bus_master_common_buffer = 2,
  bus_master_read_64 = 3,
  bus_master_write_64 = 4,
  bus_master_common_buffer_64 = 5,
};
inline constexpr u32 pci_root_bridge_operation_count = 6;

struct PciRootBridgeIo;
using PciRootBridgePoll = Status(EFIAPI*)(PciRootBridgeIo* self, PciWidth width, u64 address, u64 mask, u64 value,
                                          u64 delay, u64* result);
using PciRootBridgeAccess = Status(EFIAPI*)(PciRootBridgeIo* self, PciWidth width, u64 address, u64 count,
                                            void* buffer);

// EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL [uefi §14.2].
struct PciRootBridgeIo {
  static constexpr Guid guid = "2f707ebb-4a1a-11d4-9a38-0090273fc14d"_guid;

  struct Access {
    PciRootBridgeAccess read;
    PciRootBridgeAccess write;
  };

  Handle parent_handle;
  PciRootBridgePoll poll_mem;
  PciRootBridgePoll poll_io;
  Access mem;
  Access io;
  Access pci;
  Status(EFIAPI* copy_mem)(PciRootBridgeIo* self, PciWidth width, u64 dest, u64 source, u64 count);
  Status(EFIAPI* map)(PciRootBridgeIo* self, PciRootBridgeOperation operation, void* host_address, u64* bytes,
                      PhysicalAddress* device_address, void** mapping);
  Status(EFIAPI* unmap)(PciRootBridgeIo* self, void* mapping);
  Status(EFIAPI* allocate_buffer)(PciRootBridgeIo* self, AllocateType type, MemoryType memory_type, u64 pages,
                                  void** host_address, u64 attributes);
  Status(EFIAPI* free_buffer)(PciRootBridgeIo* self, u64 pages, void* host_address);
  Status(EFIAPI* flush)(PciRootBridgeIo* self);
  Status(EFIAPI* get_attributes)(PciRootBridgeIo* self, u64* supports, u64* attributes);
  Status(EFIAPI* set_attributes)(PciRootBridgeIo* self, u64 attributes, u64* base, u64* length);
  Status(EFIAPI* configuration)(PciRootBridgeIo* self, void** resources);
  u32 segment_number;
};
static_assert(sizeof(PciRootBridgeIo) == 152 && offsetof(PciRootBridgeIo, pci) == 56 &&
              offsetof(PciRootBridgeIo, segment_number) == 144);

// The address of a configuration register, as the `pci` member takes it.
constexpr u64 pci_config_address(u8 bus, u8 device, u8 function, u32 offset) {
  const u64 location = static_cast<u64>(bus) << 24 | static_cast<u64>(device) << 16 | static_cast<u64>(function) << 8;
  return offset < 256 ? location | offset : location | static_cast<u64>(offset) << 32;
}

}  // namespace efi

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/pci/config.hpp"

// The data transfers that PciIo and PciRootBridgeIo have in common.
namespace drivers {

using namespace base;

enum class Space : u8 { memory, io, config };
enum class Direction : u8 { read, write };

// EFI_PCI_IO_PROTOCOL_WIDTH taken apart [uefi §14.4.3].
struct Shape {
  u8 bytes = 1;
  bool address_moves = true;  // not for a FIFO of the device
  bool buffer_moves = true;   // not when one value fills a range
};
// invalid_parameter: no such width, or one that the space does not have.
Result<Shape> shape_of(efi::PciWidth width, Space space);
// The widths of polling and copying: neither FIFO nor fill.
Result<Shape> plain_shape_of(efi::PciWidth width, Space space);

// Bytes of address space that a transfer touches. unsupported: more than there are.
Result<u64> extent(Shape shape, u64 count);

// Of one element; little-endian in the low bytes. Config: `address` is offset in `bdf`.
struct Target {
  Space space;
  u64 address;
  pci::Bdf bdf{};
};
u64 read_element(const Target& from, u8 bytes);
void write_element(const Target& to, u8 bytes, u64 value);

// The caller checked the range. Elements go in ascending order.
void transfer(Direction direction, Target target, Shape shape, u64 count, void* buffer);
void copy_memory(u64 to, u64 from, u8 bytes, u64 count);
// [uefi §14.2 PollMem]: one read at least; timeout after `delay` times 100 ns, unless it is zero.
Result<> poll(const Target& target, u8 bytes, u64 mask, u64 value, u64 delay, u64* result);

// An absolute address, as a root bridge takes it: a port, or memory inside what is mapped of the apertures.
Result<> check_bus_address(Space space, u64 address, u64 bytes);
Result<> check_config(u64 offset, u8 element_bytes, u64 bytes);

}  // namespace drivers

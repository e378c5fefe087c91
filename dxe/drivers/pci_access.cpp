// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/pci_access.hpp"

#include <initializer_list>

#include "dxe/core/clock.hpp"
#include "dxe/core/mapping.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/drivers/platform.hpp"
#include "lib/cc/platform.hpp"

namespace drivers {
namespace {

constexpr u32 fifo_first = static_cast<u32>(efi::PciWidth::fifo_uint8), fill_first = static_cast<u32>(efi::PciWidth::fill_uint8);
constexpr u64 port_count = 0x1'0000;
constexpr u64 vga_memory = 0xa'0000, vga_memory_end = 0xc'0000;

bool inside(u64 address, u64 bytes, u64 base, u64 end) { return address >= base && address <= end && bytes <= end - address; }

u64 read_port(u16 port, u8 bytes) { return bytes == 1 ? cc::in8(port) : bytes == 2 ? cc::in16(port) : cc::in32(port); }
void write_port(u16 port, u8 bytes, u64 value) {
  if (bytes == 1) return cc::out8(port, static_cast<u8>(value));
  if (bytes == 2) return cc::out16(port, static_cast<u16>(value));
  cc::out32(port, static_cast<u32>(value));
}

u64 read_memory(Gpa at, u8 bytes) {
  if (bytes == 1) return cc::mmio_read8(at);
  if (bytes == 2) return cc::mmio_read16(at);
  return bytes == 4 ? cc::mmio_read32(at) : cc::mmio_read64(at);
}
void write_memory(Gpa at, u8 bytes, u64 value) {
  if (bytes == 1) return cc::mmio_write8(at, static_cast<u8>(value));
  if (bytes == 2) return cc::mmio_write16(at, static_cast<u16>(value));
  if (bytes == 4) return cc::mmio_write32(at, static_cast<u32>(value));
  cc::mmio_write64(at, value);
}

u64 read_config(pci::Bdf bdf, u16 offset, u8 bytes) {
  return bytes == 1 ? pci::read8(bdf, offset) : bytes == 2 ? pci::read16(bdf, offset) : pci::read32(bdf, offset);
}
void write_config(pci::Bdf bdf, u16 offset, u8 bytes, u64 value) {
  if (bytes == 1) return pci::write8(bdf, offset, static_cast<u8>(value));
  if (bytes == 2) return pci::write16(bdf, offset, static_cast<u16>(value));
  pci::write32(bdf, offset, static_cast<u32>(value));
}

}  // namespace

Result<Shape> shape_of(efi::PciWidth width, Space space) {
  const u32 raw = static_cast<u32>(width);
  if (raw >= efi::pci_width_count) return Error::invalid_parameter;
  const Shape shape{static_cast<u8>(1 << raw % 4), raw < fifo_first || raw >= fill_first, raw < fill_first};
  if (shape.bytes == 8 && space != Space::memory) return Error::invalid_parameter;
  return shape;
}

Result<Shape> plain_shape_of(efi::PciWidth width, Space space) {
  return static_cast<u32>(width) < fifo_first ? shape_of(width, space) : Error::invalid_parameter;
}

Result<u64> extent(Shape shape, u64 count) {
  u64 bytes = 0;
  if (__builtin_mul_overflow(count, u64{shape.bytes}, &bytes)) return Error::unsupported;
  return shape.address_moves || count == 0 ? bytes : shape.bytes;
}

u64 read_element(const Target& from, u8 bytes) {
  switch (from.space) {
    case Space::memory:
      return read_memory(Gpa(from.address), bytes);
    case Space::io:
      return read_port(static_cast<u16>(from.address), bytes);
    case Space::config:
      return read_config(from.bdf, static_cast<u16>(from.address), bytes);
  }
  return 0;
}

void write_element(const Target& to, u8 bytes, u64 value) {
  switch (to.space) {
    case Space::memory:
      return write_memory(Gpa(to.address), bytes, value);
    case Space::io:
      return write_port(static_cast<u16>(to.address), bytes, value);
    case Space::config:
      return write_config(to.bdf, static_cast<u16>(to.address), bytes, value);
  }
}

void transfer(Direction direction, Target target, Shape shape, u64 count, void* buffer) {
  auto* at = static_cast<u8*>(buffer);
  for (; count > 0; --count) {
    u64 value = 0;
    if (direction == Direction::read) {
      value = read_element(target, shape.bytes);
      __builtin_memcpy(at, &value, shape.bytes);
    } else {
      __builtin_memcpy(&value, at, shape.bytes);
      write_element(target, shape.bytes, value);
    }
    if (shape.address_moves) target.address += shape.bytes;
    if (shape.buffer_moves) at += shape.bytes;
  }
}

void copy_memory(u64 to, u64 from, u8 bytes, u64 count) {
  const bool backwards = to > from;
  for (u64 i = 0; i < count; ++i) {
    const u64 offset = (backwards ? count - 1 - i : i) * bytes;
    write_element({Space::memory, to + offset}, bytes, read_element({Space::memory, from + offset}, bytes));
  }
}

Result<> poll(const Target& target, u8 bytes, u64 mask, u64 value, u64 delay, u64* result) {
  const u64 start = delay ? core::clock_now() : 0;
  for (;;) {
    *result = read_element(target, bytes);
    if ((*result & mask) == value || delay == 0) return {};
    if (core::clock_now() - start >= delay) return Error::timeout;
  }
}

Result<> check_bus_address(Space space, u64 address, u64 bytes) {
  if (space == Space::io) return inside(address, bytes, 0, port_count) ? Result<>() : Error::invalid_parameter;
  const pci::Topology& topology = pci_topology();
  for (const pci::Aperture* a : {&topology.memory, &topology.memory64})
    if (inside(address, bytes, a->base, a->used)) return {};
  const bool vga = inside(address, bytes, vga_memory, vga_memory_end);
  return vga && core::mapping_of(Gpa(address)).protection == mem::Protection::read_write ? Result<>() : Error::invalid_parameter;
}

Result<> check_config(u64 offset, u8 element_bytes, u64 bytes) {
  constexpr u64 conventional = 256, extended = 4096;
  if (offset % element_bytes != 0) return Error::unsupported;
  return inside(offset, bytes, 0, pci::has_ecam() ? extended : conventional) ? Result<>() : Error::unsupported;
}

}  // namespace drivers

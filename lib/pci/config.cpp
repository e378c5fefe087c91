// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/config.hpp"

#include "lib/cc/platform.hpp"

namespace pci {
namespace {

constexpr u16 address_port = 0xcf8;  // [pci §3.2.2.3.2]
constexpr u16 data_port = 0xcfc;
constexpr u16 port_reach = 256;

constinit Gpa ecam;

Gpa in_ecam(Bdf bdf, u16 offset) { return ecam + (u64{bdf.number()} << 12 | (offset & 0xfff)); }

// Selects a register; the port to use for it, which depends on the byte within the dword.
u16 select(Bdf bdf, u16 offset) {
  cc::out32(address_port, 0x8000'0000u | static_cast<u32>(bdf.number()) << 8 | (offset & 0xfcu));
  return static_cast<u16>(data_port + (offset & 3));
}

}  // namespace

void use_ecam(Gpa base) { ecam = base; }
bool has_ecam() { return ecam != Gpa(); }

u8 read8(Bdf bdf, u16 offset) {
  if (has_ecam()) return cc::mmio_read8(in_ecam(bdf, offset));
  return offset < port_reach ? cc::in8(select(bdf, offset)) : static_cast<u8>(~0u);
}
u16 read16(Bdf bdf, u16 offset) {
  if (has_ecam()) return cc::mmio_read16(in_ecam(bdf, offset));
  return offset < port_reach ? cc::in16(select(bdf, offset)) : static_cast<u16>(~0u);
}
u32 read32(Bdf bdf, u16 offset) {
  if (has_ecam()) return cc::mmio_read32(in_ecam(bdf, offset));
  return offset < port_reach ? cc::in32(select(bdf, offset)) : ~0u;
}
void write8(Bdf bdf, u16 offset, u8 value) {
  if (has_ecam()) return cc::mmio_write8(in_ecam(bdf, offset), value);
  if (offset < port_reach) cc::out8(select(bdf, offset), value);
}
void write16(Bdf bdf, u16 offset, u16 value) {
  if (has_ecam()) return cc::mmio_write16(in_ecam(bdf, offset), value);
  if (offset < port_reach) cc::out16(select(bdf, offset), value);
}
void write32(Bdf bdf, u16 offset, u32 value) {
  if (has_ecam()) return cc::mmio_write32(in_ecam(bdf, offset), value);
  if (offset < port_reach) cc::out32(select(bdf, offset), value);
}

}  // namespace pci

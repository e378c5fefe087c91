// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/io.hpp"
#include "lib/cc/platform.hpp"

// In place of lib/cc: bare instructions in every kind of guest. Under an operating system a trap is the system's to
// serve, by its own GHCB; and this image stays without code that speaks to a host. Addresses are what the services
// believe: virtual ones, from SetVirtualAddressMap on.
namespace cc {

u8 in8(u16 port) { return arch::in8(port); }
void out8(u16 port, u8 value) { arch::out8(port, value); }
void out16(u16 port, u16 value) { arch::out16(port, value); }

u8 mmio_read8(Gpa address) { return arch::read8(address.raw()); }
u64 mmio_read64(Gpa address) { return arch::read64(address.raw()); }
void mmio_write8(Gpa address, u8 value) { arch::write8(address.raw(), value); }
void mmio_write32(Gpa address, u32 value) { arch::write32(address.raw(), value); }

}  // namespace cc

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// IN, OUT and volatile memory accesses; one instruction each. Only lib/cc calls these: in a confidential
// guest a bare port access traps, and a device register is reached only through a shared mapping.
namespace arch {

using namespace base;

u8 in8(u16 port);
u16 in16(u16 port);
u32 in32(u16 port);
void out8(u16 port, u8 value);
void out16(u16 port, u16 value);
void out32(u16 port, u32 value);

u8 read8(u64 address);
u16 read16(u64 address);
u32 read32(u64 address);
u64 read64(u64 address);
void write8(u64 address, u8 value);
void write16(u64 address, u16 value);
void write32(u64 address, u32 value);
void write64(u64 address, u64 value);

}  // namespace arch

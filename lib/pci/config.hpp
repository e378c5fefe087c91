// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <compare>

#include "lib/base/address.hpp"
#include "lib/base/types.hpp"

// Configuration space of segment 0.
namespace pci {

using namespace base;

struct Bdf {
  u8 bus = 0;
  u8 device = 0;    // 0..31
  u8 function = 0;  // 0..7
  constexpr bool operator==(const Bdf&) const = default;
  // As requester identifiers and MCFG have it.
  constexpr u16 number() const { return static_cast<u16>(bus << 8 | device << 3 | function); }
};

// Until this is called, and whenever `base` is zero, access goes through ports 0xcf8/0xcfc, which reach the first 256 bytes
// of a function. Afterwards through the memory window of 256 buses at `base` [pcie §7.2.2].
void use_ecam(Gpa base);
bool has_ecam();

// Naturally aligned offsets. What does not exist reads as all ones.
u8 read8(Bdf bdf, u16 offset);
u16 read16(Bdf bdf, u16 offset);
u32 read32(Bdf bdf, u16 offset);
void write8(Bdf bdf, u16 offset, u8 value);
void write16(Bdf bdf, u16 offset, u16 value);
void write32(Bdf bdf, u16 offset, u32 value);

}  // namespace pci

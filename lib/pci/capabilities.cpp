// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/capabilities.hpp"

#include "lib/pci/registers.hpp"

namespace pci {
namespace {
constexpr unsigned max_capabilities = 48;            // (256 - 64) / 4
constexpr unsigned max_extended_capabilities = 480;  // (4096 - 256) / 8
constexpr u16 vendor_red_hat = 0x1b36;
constexpr u8 reservation_bytes = 32, reservation_type = 1;
}  // namespace

u8 find_capability(Bdf bdf, u8 id, u8 after) {
  if (!(read16(bdf, reg::status) & reg::status_capabilities)) return 0;
  u8 at = read8(bdf, after ? static_cast<u8>(after + 1) : u8{reg::capabilities}) & 0xfc;
  for (unsigned i = 0; i < max_capabilities && at >= 0x40; ++i) {
    const u16 head = read16(bdf, at);
    if ((head & 0xff) == 0xff) return 0;
    if ((head & 0xff) == id) return at;
    at = head >> 8 & 0xfc;
  }
  return 0;
}

u16 find_extended_capability(Bdf bdf, u16 id, u16 after) {
  if (!has_ecam()) return 0;
  u16 at = after ? static_cast<u16>(read32(bdf, after) >> 20 & 0xffc) : 0x100;
  for (unsigned i = 0; i < max_extended_capabilities && at >= 0x100; ++i) {
    const u32 head = read32(bdf, at);
    if (head == 0 || head == ~0u) return 0;
    if ((head & 0xffff) == id) return at;
    at = head >> 20 & 0xffc;
  }
  return 0;
}

Reservation read_reservation(Bdf bridge, u16 vendor) {
  Reservation r;
  if (vendor != vendor_red_hat) return r;
  u8 at = find_capability(bridge, reg::capability_vendor);
  for (unsigned i = 0; i < max_capabilities && at; ++i, at = find_capability(bridge, reg::capability_vendor, at)) {
    if (at > 256 - reservation_bytes || read8(bridge, at + 2) != reservation_bytes) continue;
    if (read8(bridge, at + 3) != reservation_type) continue;
    const auto wide = [&](u16 offset) {
      return read32(bridge, static_cast<u16>(at + offset)) | u64{read32(bridge, static_cast<u16>(at + offset + 4))} << 32;
    };
    return {read32(bridge, at + 4), wide(8), read32(bridge, at + 16), read32(bridge, at + 20), wide(24)};
  }
  return r;
}

}  // namespace pci

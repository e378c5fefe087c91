// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/byte_sum.hpp"
#include "lib/base/endian.hpp"
#include "lib/base/types.hpp"

// Structures of the ACPI specification that this firmware reads or writes [acpi].
namespace acpi {

using namespace base;

consteval u32 signature(const char (&text)[5]) {
  return static_cast<u32>(text[0]) | static_cast<u32>(text[1]) << 8 | static_cast<u32>(text[2]) << 16 | static_cast<u32>(text[3]) << 24;
}
inline constexpr u32 creator_id = signature("ASHL");

// [acpi §5.2.6] System description table header.
struct [[gnu::packed]] Header {
  u32 signature;
  u32 length;
  u8 revision;
  u8 checksum;
  u8 oem_id[6];
  u8 oem_table_id[8];
  u32 oem_revision;
  u32 creator_id;
  u32 creator_revision;
};
static_assert(sizeof(Header) == 36);

// [acpi §5.2.5.3] Root system description pointer. Revision 0 ends before `length`.
struct [[gnu::packed]] Rsdp {
  u64 signature;
  u8 checksum;
  u8 oem_id[6];
  u8 revision;
  u32 rsdt;
  u32 length;
  u64 xsdt;
  u8 extended_checksum;
  u8 reserved[3];
};
inline constexpr u64 rsdp_signature = 0x2052'5450'2044'5352;  // "RSD PTR "
inline constexpr u32 rsdp_v0_bytes = 20;
static_assert(sizeof(Rsdp) == 36 && __builtin_offsetof(Rsdp, length) == rsdp_v0_bytes);

// Makes the bytes of a table sum up to zero.
inline void seal(std::span<u8> bytes, u8& checksum) {
  checksum = 0;
  checksum = static_cast<u8>(0 - byte_sum(bytes));
}

}  // namespace acpi

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/crc32.hpp"

namespace base {
namespace {

struct Table {
  u32 entry[256];
};
consteval Table make_table() {
  Table table{};
  for (u32 i = 0; i < 256; ++i) {
    u32 value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xedb8'8320 : 0);
    table.entry[i] = value;
  }
  return table;
}
constexpr Table table = make_table();
static_assert(table.entry[1] == 0x7707'3096 && table.entry[255] == 0x2d02'ef8d);

constexpr u32 step(u32 crc, u8 byte) { return crc >> 8 ^ table.entry[(crc ^ byte) & 0xff]; }

consteval u32 check_value() {
  u32 crc = ~0u;
  for (const char* c = "123456789"; *c; ++c) crc = step(crc, static_cast<u8>(*c));
  return ~crc;
}
static_assert(check_value() == 0xcbf4'3926);

}  // namespace

u32 crc32(const void* data, usize bytes, u32 before) {
  const auto* at = static_cast<const u8*>(data);
  u32 crc = ~before;
  for (; bytes; --bytes) crc = step(crc, *at++);
  return ~crc;
}

}  // namespace base

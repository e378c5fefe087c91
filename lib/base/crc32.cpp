// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/crc32.hpp"

#include "lib/base/endian.hpp"

namespace base {
namespace {

// entry[n][b]: what byte b does to the sum of the n bytes behind it, all zero.
struct Table {
  u32 entry[4][256];
};
consteval Table make_table() {
  Table table{};
  for (u32 i = 0; i < 256; ++i) {
    u32 value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xedb8'8320 : 0);
    table.entry[0][i] = value;
  }
  for (int n = 1; n < 4; ++n)
    for (u32 i = 0; i < 256; ++i) table.entry[n][i] = table.entry[n - 1][i] >> 8 ^ table.entry[0][table.entry[n - 1][i] & 0xff];
  return table;
}
constexpr Table table = make_table();
static_assert(table.entry[0][1] == 0x7707'3096 && table.entry[0][255] == 0x2d02'ef8d);

constexpr u32 step(u32 crc, u8 byte) { return crc >> 8 ^ table.entry[0][(crc ^ byte) & 0xff]; }
constexpr u32 step_word(u32 crc, u32 word) {
  const u32 sum = crc ^ word;
  return table.entry[3][sum & 0xff] ^ table.entry[2][sum >> 8 & 0xff] ^ table.entry[1][sum >> 16 & 0xff] ^ table.entry[0][sum >> 24];
}

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
  for (; bytes >= sizeof(u32); bytes -= sizeof(u32), at += sizeof(u32)) crc = step_word(crc, load_le<u32>(at));
  for (; bytes; --bytes) crc = step(crc, *at++);
  return ~crc;
}

}  // namespace base

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <algorithm>

#include "lib/scsi/command.hpp"

namespace scsi {

Sense parse_sense(std::span<const u8> data) {
  const auto byte = [&](usize i) { return i < data.size() ? data[i] : u8{0}; };
  switch (byte(0) & 0x7f) {
    case 0x70:
    case 0x71:
      return {static_cast<u8>(byte(2) & 0xf), byte(12), byte(13)};
    case 0x72:
    case 0x73:
      return {static_cast<u8>(byte(1) & 0xf), byte(2), byte(3)};
    default:
      return {};
  }
}

usize parse_luns(std::span<const u8> data, std::span<u16> out) {
  constexpr usize header = 8, entry = 8;
  if (data.size() < header) return 0;
  const u64 claimed = get_be(data.data(), 4);
  const usize bytes = std::min<u64>(claimed, data.size() - header);
  usize count = 0;
  for (usize at = header; at + entry <= header + bytes && count < out.size(); at += entry) {
    const u8 method = data[at] >> 6;
    const bool one_level = std::all_of(&data[at] + 2, &data[at] + entry, [](u8 b) { return b == 0; });
    if (!one_level || method > 1 || (method == 0 && data[at] != 0)) continue;
    out[count++] = static_cast<u16>((data[at] & 0x3f) << 8 | data[at + 1]);
  }
  return count;
}

}  // namespace scsi

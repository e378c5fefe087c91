// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/iso9660/names.hpp"

namespace iso9660 {

void add_identifier(std::span<const u8> bytes, bool joliet, Name& name) {
  const usize width = joliet ? 2 : 1;
  for (usize i = 0; i + width <= bytes.size(); i += width) {
    const char16_t c = joliet ? static_cast<char16_t>(bytes[i] << 8 | bytes[i + 1]) : bytes[i];
    if (c == u';') break;
    name.add(c);
  }
  if (name.length > 1 && name.text[name.length - 1] == u'.') --name.length;
}

void add_utf8(std::span<const u8> bytes, Name& name) {
  constexpr char16_t replacement = 0xfffd;
  for (usize i = 0; i < bytes.size();) {
    const u8 lead = bytes[i++];
    const unsigned more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : lead >> 3 == 30 ? 3 : 4;
    u32 c = more == 0 ? lead : lead & (0x3f >> more);
    unsigned got = 0;
    while (got < more && more < 4 && i < bytes.size() && bytes[i] >> 6 == 2) c = c << 6 | (bytes[i++] & 0x3f), ++got;
    if (got < more || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff) {
      name.add(replacement);
    } else if (c < 0x10000) {
      name.add(static_cast<char16_t>(c));
    } else {
      name.add(static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10)));
      name.add(static_cast<char16_t>(0xdc00 + (c & 0x3ff)));
    }
  }
}

}  // namespace iso9660

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/types.hpp"

namespace iso9660 {

using namespace base;

enum class Names : u8 { plain, joliet, rock_ridge };

struct Name {
  static constexpr usize most = 255;
  char16_t text[most];
  usize length = 0;

  std::u16string_view view() const { return {text, length}; }
  void add(char16_t c) {
    if (length < most) text[length++] = c;
  }
};

// The identifier of a directory record, without version and without the dot of an empty extension.
void add_identifier(std::span<const u8> bytes, bool joliet, Name& name);
// UTF-8, as Rock Ridge names are on today's media; what is none becomes U+FFFD.
void add_utf8(std::span<const u8> bytes, Name& name);

}  // namespace iso9660

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string_view>

#include "lib/base/types.hpp"

namespace unicode {

// Upper case of the scripts in which file systems and the console tell cases apart: Latin, Greek, Cyrillic. The
// regular blocks of the character set by rule; one character becomes one character.
constexpr char16_t to_upper(char16_t c) {
  if (c < 0x80) return c >= u'a' && c <= u'z' ? static_cast<char16_t>(c - 0x20) : c;
  if (c < 0x100) return (c >= 0xe0 && c <= 0xfe && c != 0xf7) ? static_cast<char16_t>(c - 0x20) : c == 0xff ? char16_t{0x178} : c;
  if (c < 0x180) {
    if (c == 0x131 || c == 0x138 || c == 0x149 || c == 0x17f) return c;
    const bool odd_is_lower = c <= 0x137 || (c >= 0x14a && c <= 0x177);
    const bool lower = odd_is_lower ? (c & 1) != 0 : (c & 1) == 0 && c != 0x178;
    return lower ? static_cast<char16_t>(c - 1) : c;
  }
  if (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2) return static_cast<char16_t>(c - 0x20);
  if (c >= 0x430 && c <= 0x44f) return static_cast<char16_t>(c - 0x20);
  if (c >= 0x450 && c <= 0x45f) return static_cast<char16_t>(c - 0x50);
  return c;
}

constexpr bool equal_ignoring_case(std::u16string_view a, std::u16string_view b) {
  if (a.size() != b.size()) return false;
  for (base::usize i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && to_upper(a[i]) != to_upper(b[i])) return false;
  return true;
}

static_assert(to_upper(u'z') == u'Z' && to_upper(u'{') == u'{' && to_upper(u'é') == u'É' && to_upper(u'÷') == u'÷');
static_assert(to_upper(u'ő') == u'Ő' && to_upper(u'ž') == u'Ž' && to_upper(u'Ÿ') == u'Ÿ' && to_upper(u'ж') == u'Ж' && to_upper(u'ω') == u'Ω');

}  // namespace unicode

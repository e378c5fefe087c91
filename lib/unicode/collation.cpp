// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/unicode/collation.hpp"

namespace unicode {
namespace {

constexpr usize none = std::u16string_view::npos;

// One element of a pattern against one character; `end`: behind the element.
bool matches_one(std::u16string_view pattern, usize at, char16_t c, usize& end) {
  end = at + 1;
  if (pattern[at] == u'?') return true;
  const usize close = pattern[at] == u'[' ? pattern.find(u']', at) : none;
  if (close == none) return to_upper(pattern[at]) == to_upper(c);
  end = close + 1;
  const char16_t wanted = to_upper(c);
  for (usize i = at + 1; i < close; ++i) {
    if (i + 2 < close && pattern[i + 1] == u'-') {
      if (to_upper(pattern[i]) <= wanted && wanted <= to_upper(pattern[i + 2])) return true;
      i += 2;
    } else if (to_upper(pattern[i]) == wanted) {
      return true;
    }
  }
  return false;
}

}  // namespace

int compare_ignoring_case(const char16_t* a, const char16_t* b) {
  while (*a && to_upper(*a) == to_upper(*b)) {
    ++a;
    ++b;
  }
  return to_upper(*a) - to_upper(*b);
}

// Only the last star is ever tried again: what stood before it matched already.
bool matches_pattern(std::u16string_view text, std::u16string_view pattern) {
  usize t = 0, p = 0, star = none, star_text = 0;
  while (t < text.size()) {
    usize end = p;
    if (p < pattern.size() && pattern[p] == u'*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && matches_one(pattern, p, text[t], end)) {
      p = end;
      ++t;
    } else if (star != none) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == u'*') ++p;
  return p == pattern.size();
}

// The small letter is near its capital in every script that to_upper() knows.
char16_t to_lower(char16_t c) {
  for (char16_t distance : {0x20, 0x50, 1})
    if (const char16_t small = static_cast<char16_t>(c + distance); small > c && to_upper(c) == c && to_upper(small) == c) return small;
  return c == 0x178 ? char16_t{0xff} : c;
}

char fat_character(char16_t c) {
  constexpr std::u16string_view also = u"!#$%&'()-@^_`{}~";
  const char16_t big = to_upper(c);
  const bool letter = (big >= u'A' && big <= u'Z') || (big >= u'0' && big <= u'9');
  return letter || also.find(big) != none ? static_cast<char>(big) : '\0';
}

}  // namespace unicode

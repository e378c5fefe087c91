// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string_view>

#include "lib/unicode/case.hpp"

// What UnicodeCollation compares [uefi §13.11].
namespace unicode {

using namespace base;

// Below, above or zero, cases being alike.
int compare_ignoring_case(const char16_t* a, const char16_t* b);

// Does the text match a pattern of '*', '?' and sets such as [a-f]? Cases are alike. Takes at most as many steps as the
// one is long times the other.
bool matches_pattern(std::u16string_view text, std::u16string_view pattern);

char16_t to_lower(char16_t c);

// A character of an 8.3 name, in upper case; zero: there is none for it.
char fat_character(char16_t c);

}  // namespace unicode

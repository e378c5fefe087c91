// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/console/collation.hpp"

#include "dxe/core/handle.hpp"
#include "lib/efi/unicode_collation.hpp"
#include "lib/unicode/collation.hpp"

namespace drivers {
namespace {

using efi::UnicodeCollation, base::u64, base::i64;

i64 EFIAPI compare(UnicodeCollation*, const char16_t* a, const char16_t* b) { return unicode::compare_ignoring_case(a, b); }

efi::Boolean EFIAPI match(UnicodeCollation*, const char16_t* text, const char16_t* pattern) { return unicode::matches_pattern(text, pattern); }

void EFIAPI lower(UnicodeCollation*, char16_t* text) {
  for (; *text; ++text) *text = unicode::to_lower(*text);
}

void EFIAPI upper(UnicodeCollation*, char16_t* text) {
  for (; *text; ++text) *text = unicode::to_upper(*text);
}

void EFIAPI from_fat(UnicodeCollation*, u64 bytes, const char* fat, char16_t* text) {
  for (; bytes && *fat; --bytes) *text++ = static_cast<base::u8>(*fat++);
  *text = 0;
}

// True: something had no character of its own.
efi::Boolean EFIAPI to_fat(UnicodeCollation*, const char16_t* text, u64 bytes, char* fat) {
  bool replaced = false;
  for (; *text && bytes; ++text) {
    if (*text == u'.' || *text == u' ') continue;
    const char c = unicode::fat_character(*text);
    replaced |= !c;
    *fat++ = c ? c : '_';
    --bytes;
  }
  return replaced;
}

// Tables that programs may write to, so one each.
constinit UnicodeCollation collation = {compare, match, lower, upper, from_fat, to_fat, "en"};
constinit UnicodeCollation first_version = {compare, match, lower, upper, from_fat, to_fat, "eng"};

}  // namespace

void install_collation() {
  efi::Handle handle = nullptr;
  core::install<UnicodeCollation>(handle, collation);
  core::install(handle, first_version, UnicodeCollation::version_1_guid);
}

}  // namespace drivers

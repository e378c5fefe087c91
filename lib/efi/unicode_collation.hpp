// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

// EFI_UNICODE_COLLATION_PROTOCOL [uefi §13.11]. Version 1 had the same functions under another GUID, with
// ISO 639-2 language codes in place of RFC 4646 ones.
struct UnicodeCollation {
  static constexpr Guid guid = "a4c751fc-23ae-4c3e-92e9-4964cf63f349"_guid;
  static constexpr Guid version_1_guid = "1d85cd7f-f43d-11d2-9a0c-0090273fc14d"_guid;

  i64(EFIAPI* stri_coll)(UnicodeCollation* self, const char16_t* first, const char16_t* second);
  Boolean(EFIAPI* metai_match)(UnicodeCollation* self, const char16_t* text, const char16_t* pattern);
  void(EFIAPI* str_lwr)(UnicodeCollation* self, char16_t* text);
  void(EFIAPI* str_upr)(UnicodeCollation* self, char16_t* text);
  void(EFIAPI* fat_to_str)(UnicodeCollation* self, u64 fat_size, const char* fat, char16_t* text);
  Boolean(EFIAPI* str_to_fat)(UnicodeCollation* self, const char16_t* text, u64 fat_size, char* fat);
  const char* supported_languages;
};
static_assert(sizeof(UnicodeCollation) == 56);

}  // namespace efi

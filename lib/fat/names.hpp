// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/fat/wire.hpp"

// Long names and their 8.3 aliases [fat §7].
namespace fat {

inline constexpr usize max_long_name = 255;
inline constexpr unsigned max_long_entries = 20;
inline constexpr unsigned short_name_chars = 12;  // with its dot

struct ShortName {
  u8 raw[11];
  bool operator==(const ShortName&) const = default;
};

// Without the dots and spaces at its end, which no name has; invalid_parameter for what no name may be.
Result<std::u16string_view> proper_name(std::u16string_view name);
bool long_name_character(char16_t c);

u8 checksum(const u8 (&short_name)[11]);
// As it is shown, with the case that the flags give it.
usize show_short_name(const DirectoryEntry& entry, char16_t (&out)[short_name_chars]);

// Names that need no long name: 8.3, each part in one case.
struct ExactShortName {
  ShortName name;
  u8 case_flags;
};
bool exact_short_name(std::u16string_view name, ExactShortName& out);

// The alias of a long name: what is left of it, and a number when that is not the name itself or is taken.
struct Alias {
  ShortName basis;
  bool lossless;

  explicit Alias(std::u16string_view name);
  ShortName numbered(u32 number) const;
  // The number with which `taken` would be numbered(number); 0: it is none of ours.
  u32 number_of(const u8 (&taken)[11]) const;
};

inline unsigned long_entries(std::u16string_view name) { return static_cast<unsigned>((name.size() + LongNameEntry::chars - 1) / LongNameEntry::chars); }
// In the order of the disk, the last piece first.
void put_long_name(std::u16string_view name, u8 checksum, std::span<DirectoryEntry> out);

// Collects the pieces of a long name as they pass by.
class LongNameReader {
 public:
  void forget() { expected_ = invalid; }
  void take(const LongNameEntry& piece, u32 slot);
  // Of the entry that follows; empty when it has none, or a damaged one.
  std::u16string_view name_of(const DirectoryEntry& entry) const;
  u32 first_slot() const { return first_slot_; }

 private:
  static constexpr u8 invalid = 0xff;
  u8 expected_ = invalid;  // the ordinal that was taken last
  u8 checksum_ = 0;
  u32 first_slot_ = 0;
  usize length_ = 0;
  char16_t text_[max_long_entries * LongNameEntry::chars];
};

}  // namespace fat

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fat/names.hpp"

#include <algorithm>

#include "lib/base/endian.hpp"

namespace fat {
namespace {

constexpr std::u16string_view forbidden = u"\"*/:<>?\\|";
constexpr std::u16string_view forbidden_in_short = u"+,;=[].";

bool short_name_character(char16_t c) {
  return c > u' ' && c < 0x7f && !(c >= u'a' && c <= u'z') && long_name_character(c) && forbidden_in_short.find(c) == std::u16string_view::npos;
}

constexpr char16_t upper(char16_t c) { return c >= u'a' && c <= u'z' ? static_cast<char16_t>(c - 0x20) : c; }

// One part of an 8.3 name. False: too long, a character that it cannot have, or both cases.
bool exact_part(std::u16string_view part, std::span<u8> out, bool& lower) {
  if (part.size() > out.size()) return false;
  bool has_upper = false;
  lower = false;
  for (usize i = 0; i < part.size(); ++i) {
    const char16_t c = upper(part[i]);
    if (!short_name_character(c)) return false;
    lower |= c != part[i];
    has_upper |= c == part[i] && c >= u'A' && c <= u'Z';
    out[i] = static_cast<u8>(c);
  }
  return !(lower && has_upper);
}

usize show_part(const u8* from, usize bytes, bool lower, char16_t* out) {
  while (bytes && from[bytes - 1] == ' ') --bytes;
  for (usize i = 0; i < bytes; ++i) out[i] = lower && from[i] >= 'A' && from[i] <= 'Z' ? from[i] + 0x20 : from[i];
  return bytes;
}

// Where a piece has its characters.
constexpr u8 piece_offsets[LongNameEntry::chars] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

// At the last dot; the extension is without it.
struct Parts {
  std::u16string_view base, extension;
};
Parts split(std::u16string_view name) {
  const usize dot = std::min(name.rfind(u'.'), name.size());
  Parts parts{name, name};
  parts.base.remove_suffix(name.size() - dot);
  parts.extension.remove_prefix(std::min(dot + 1, name.size()));
  return parts;
}

unsigned digits_of(u32 number) {
  unsigned n = 1;
  while (number /= 10) ++n;
  return n;
}

}  // namespace

bool long_name_character(char16_t c) { return c >= 0x20 && forbidden.find(c) == std::u16string_view::npos; }

Result<std::u16string_view> proper_name(std::u16string_view name) {
  while (!name.empty() && (name.back() == u'.' || name.back() == u' ')) name.remove_suffix(1);
  if (name.empty() || name.size() > max_long_name || !std::all_of(name.begin(), name.end(), long_name_character)) return Error::invalid_parameter;
  return name;
}

u8 checksum(const u8 (&short_name)[11]) {
  u8 sum = 0;
  for (const u8 c : short_name) sum = static_cast<u8>((sum >> 1 | sum << 7) + c);
  return sum;
}

usize show_short_name(const DirectoryEntry& e, char16_t (&out)[short_name_chars]) {
  usize n = show_part(e.name, 8, e.case_flags & DirectoryEntry::lower_base, out);
  if (n && e.name[0] == DirectoryEntry::kanji_e5) out[0] = 0xe5;
  if (e.name[8] == ' ') return n;
  out[n++] = u'.';
  return n + show_part(e.name + 8, 3, e.case_flags & DirectoryEntry::lower_extension, out + n);
}

bool exact_short_name(std::u16string_view name, ExactShortName& out) {
  const auto [base, extension] = split(name);
  std::fill(std::begin(out.name.raw), std::end(out.name.raw), u8{' '});
  bool lower_base, lower_extension;
  if (base.empty() || !exact_part(base, std::span(out.name.raw).first(8), lower_base) ||
      !exact_part(extension, std::span(out.name.raw).last(3), lower_extension))
    return false;
  out.case_flags =
      static_cast<u8>((lower_base ? DirectoryEntry::lower_base : 0) | (lower_extension ? DirectoryEntry::lower_extension : 0));
  return true;
}

Alias::Alias(std::u16string_view name) : lossless(true) {
  std::fill(std::begin(basis.raw), std::end(basis.raw), u8{' '});
  const auto skip_dots = std::min(name.find_first_not_of(u" ."), name.size());
  lossless = skip_dots == 0;
  name.remove_prefix(skip_dots);
  const auto put = [&](std::u16string_view part, std::span<u8> out) {
    usize n = 0;
    for (const char16_t c : part) {
      if (c == u' ' || c == u'.') {
        lossless = false;
        continue;
      }
      const bool fits = short_name_character(upper(c));
      lossless &= fits && n < out.size();
      if (n < out.size()) out[n++] = fits ? static_cast<u8>(upper(c)) : u8{'_'};
    }
    return n;
  };
  const Parts parts = split(name);
  if (put(parts.base, std::span(basis.raw).first(8)) == 0) {
    basis.raw[0] = '_';
    lossless = false;
  }
  put(parts.extension, std::span(basis.raw).last(3));
}

ShortName Alias::numbered(u32 number) const {
  ShortName out = basis;
  const unsigned digits = digits_of(number);
  unsigned at = 0;
  while (at < 8 - 1 - digits && out.raw[at] != ' ') ++at;
  out.raw[at] = '~';
  for (unsigned i = digits; i > 0; --i, number /= 10) out.raw[at + i] = static_cast<u8>('0' + number % 10);
  for (at += digits + 1; at < 8; ++at) out.raw[at] = ' ';
  return out;
}

u32 Alias::number_of(const u8 (&taken)[11]) const {
  const u8* tilde = std::find(taken, taken + 8, u8{'~'});
  u32 number = 0;
  for (const u8* digit = tilde + 1; digit < taken + 8 && *digit != ' '; ++digit) {
    if (*digit < '0' || *digit > '9') return 0;
    number = number * 10 + (*digit - '0');
  }
  return number && std::equal(taken, taken + 11, numbered(number).raw) ? number : 0;
}

void put_long_name(std::u16string_view name, u8 sum, std::span<DirectoryEntry> out) {
  for (usize k = 0; k < out.size(); ++k) {
    const usize ordinal = out.size() - k;
    LongNameEntry piece{};
    piece.ordinal = static_cast<u8>(ordinal | (k == 0 ? LongNameEntry::last : 0));
    piece.attributes = attribute::long_name;
    piece.checksum = sum;
    for (unsigned i = 0; i < LongNameEntry::chars; ++i) {
      const usize at = (ordinal - 1) * LongNameEntry::chars + i;
      store_le(reinterpret_cast<u8*>(&piece) + piece_offsets[i], at < name.size() ? name[at] : at == name.size() ? u'\0' : char16_t{0xffff});
    }
    __builtin_memcpy(&out[k], &piece, sizeof piece);
  }
}

void LongNameReader::take(const LongNameEntry& piece, u32 slot) {
  const u8 ordinal = piece.ordinal & 0x3f;
  if (ordinal == 0 || ordinal > max_long_entries) return forget();
  if (piece.ordinal & LongNameEntry::last) {
    checksum_ = piece.checksum;
    first_slot_ = slot;
    length_ = ordinal * LongNameEntry::chars;
  } else if (expected_ == invalid || ordinal + 1 != expected_ || piece.checksum != checksum_) {
    return forget();
  }
  expected_ = ordinal;
  for (unsigned i = 0; i < LongNameEntry::chars; ++i) {
    const usize at = (ordinal - 1u) * LongNameEntry::chars + i;
    text_[at] = load_le<char16_t>(reinterpret_cast<const u8*>(&piece) + piece_offsets[i]);
    if (text_[at] == 0 && at < length_) length_ = at;
  }
}

std::u16string_view LongNameReader::name_of(const DirectoryEntry& entry) const {
  u8 raw[11];
  __builtin_memcpy(raw, entry.name, sizeof raw);
  if (expected_ != 1 || length_ > max_long_name || checksum(raw) != checksum_) return {};
  const std::u16string_view name(text_, length_);
  return std::all_of(name.begin(), name.end(), long_name_character) ? name : std::u16string_view();
}

}  // namespace fat

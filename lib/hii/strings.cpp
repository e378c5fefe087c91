// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/hii/strings.hpp"

#include <algorithm>

#include "lib/base/endian.hpp"

namespace hii {
namespace {

namespace block = efi::string_block;
using efi::StringId;

// What a block says about numbers: `count` of them from the current one on.
struct Block {
  u32 bytes = 0;  // of the block's head, its texts left out; zero: the end, or damage
  u32 numbers = 0;
  bool texts = false, wide = false, duplicate = false;
};

u32 load(Bytes bytes, usize at, unsigned width) {
  u32 value = 0;
  if (at + width > bytes.size()) return 0;
  __builtin_memcpy(&value, &bytes[at], width);
  return value;
}

Block parse(Bytes b) {
  switch (b[0]) {
    case block::scsu: return {1, 1, true, false};
    case block::scsu_font: return {2, 1, true, false};
    case block::many_scsu: return {3, load(b, 1, 2), true, false};
    case block::many_scsu_font: return {4, load(b, 2, 2), true, false};
    case block::ucs2: return {1, 1, true, true};
    case block::ucs2_font: return {2, 1, true, true};
    case block::many_ucs2: return {3, load(b, 1, 2), true, true};
    case block::many_ucs2_font: return {4, load(b, 2, 2), true, true};
    case block::duplicate: return {3, 1, false, false, true};
    case block::skip_2: return {3, load(b, 1, 2)};
    case block::skip_1: return {2, load(b, 1, 1)};
    // An extension says how long it is, and is passed over.
    case block::extension_1: return {load(b, 2, 1) < 3 ? 0 : load(b, 2, 1), 0};
    case block::extension_2: return {load(b, 2, 2) < 4 ? 0 : load(b, 2, 2), 0};
    case block::extension_4: return {load(b, 2, 4) < 6 ? 0 : load(b, 2, 4), 0};
    default: return {};
  }
}

// The text at the start, up to its NUL; nothing: it has none.
bool take_text(Bytes& from, bool wide, Text& text) {
  const usize step = wide ? 2 : 1;
  for (usize at = 0; at + step <= from.size(); at += step) {
    if (from[at] != 0 || (wide && from[at + 1] != 0)) continue;
    text = {from.first(at), wide};
    from = from.subspan(at + step);
    return true;
  }
  return false;
}

}  // namespace

Result<StringPackage> StringPackage::open(Bytes package) {
  if (package.size() < sizeof(efi::HiiStringPackage) || type_of(package) != efi::hii_package::strings) return Error::volume_corrupted;
  constexpr usize language_at = offsetof(efi::HiiStringPackage, language);
  const u32 header = base::load_le<u32>(&package[offsetof(efi::HiiStringPackage, header_bytes)]);
  const u32 info = base::load_le<u32>(&package[offsetof(efi::HiiStringPackage, string_info)]);
  if (header <= language_at || header > package.size() || info < header || info > package.size()) return Error::volume_corrupted;
  StringPackage opened;
  const Bytes name = package.subspan(language_at, header - language_at);
  const auto end = std::find(name.begin(), name.end(), 0);
  if (end == name.end()) return Error::volume_corrupted;
  opened.language_ = {reinterpret_cast<const char*>(name.data()), static_cast<usize>(end - name.begin())};
  opened.blocks_ = package.subspan(info);
  return opened;
}

// `visit` gets every number with its text, or where it only stands for another; it says whether to go on. Numbers that
// are passed over come as a count. Each turn takes at least one byte of the package.
template <class Visit>
void StringPackage::for_each(Visit visit) const {
  Bytes left = blocks_;
  for (u32 id = 1; !left.empty() && id <= 0xffff;) {
    const Block b = parse(left);
    if (b.bytes == 0 || b.bytes > left.size()) return;
    const StringId original = b.duplicate ? static_cast<StringId>(load(left, 1, 2)) : StringId{0};
    left = left.subspan(b.bytes);
    if (!b.texts) {
      if (!visit(id, b.numbers, static_cast<const Text*>(nullptr), original)) return;
      id += b.numbers;
      continue;
    }
    for (u32 i = 0; i < b.numbers; ++i, ++id) {
      Text text;
      if (!take_text(left, b.wide, text) || !visit(id, 1u, static_cast<const Text*>(&text), StringId{0})) return;
    }
  }
}

Result<Text> StringPackage::find(StringId wanted) const {
  constexpr int most_duplicates = 8;  // one that stands for itself must end
  for (int i = 0; i < most_duplicates && wanted != 0; ++i) {
    Text found;
    bool here = false;
    StringId next = 0;
    for_each([&](u32 id, u32 count, const Text* text, StringId original) {
      if (wanted < id || wanted >= id + count) return true;
      here = text != nullptr;
      if (text) found = *text;
      next = original;
      return false;
    });
    if (here) return found;
    wanted = next;
  }
  return Error::not_found;
}

StringId StringPackage::next_id() const {
  u32 next = 1;
  for_each([&](u32 id, u32 count, const Text*, StringId) {
    next = id + count;
    return true;
  });
  return static_cast<StringId>(next > 0xffff ? 0xffff : next);
}

}  // namespace hii

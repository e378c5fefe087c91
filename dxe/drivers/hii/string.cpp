// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/hii/database.hpp"

namespace drivers {
namespace {

using core::thunk;
using efi::HiiHandle, efi::StringId;

bool same_language(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (usize i = 0; i < a.size(); ++i)
    if ((a[i] | 0x20) != (b[i] | 0x20)) return false;
  return true;
}

template <class Visit>
void for_each_package(const PackageList& list, Visit visit) {
  hii::Packages packages(list.bytes);
  for (hii::Bytes p; packages.next(p);)
    if (auto strings = hii::StringPackage::open(p)) visit(*strings);
}

u64 length_of(const char16_t* text) { return std::u16string_view(text).size(); }

Result<char16_t*> copy_of(const char16_t* text) {
  const u64 bytes = (length_of(text) + 1) * sizeof(char16_t);
  auto* copy = TRY(core::allocate_array<char16_t>(bytes / sizeof(char16_t)));
  __builtin_memcpy(copy, text, bytes);
  return copy;
}

ChangedString* find_change(PackageList& list, StringId id, std::string_view language) {
  for (ChangedString& c : list.changes)
    if (c.id == id && same_language(c.language, language)) return &c;
  return nullptr;
}

Result<> change(PackageList& list, StringId id, std::string_view language, const char16_t* text) {
  auto* copy = TRY(copy_of(text));
  if (ChangedString* c = find_change(list, id, language)) {
    (void)!core::free_pool(c->text);
    c->text = copy;
    return {};
  }
  auto block = core::allocate_pool(efi::MemoryType::boot_services_data, sizeof(ChangedString) + language.size());
  if (!block) {
    (void)!core::free_pool(copy);
    return block.error();
  }
  auto* c = new (*block) ChangedString();
  c->text = copy;
  c->id = id;
  __builtin_memcpy(c->language, language.data(), language.size());
  c->language[language.size()] = 0;
  list.changes.push_back(*c);
  return {};
}

StringId next_id(PackageList& list) {
  u32 next = 1;
  for_each_package(list, [&](const hii::StringPackage& p) { next = p.next_id() > next ? p.next_id() : next; });
  for (ChangedString& c : list.changes) next = c.id >= next ? c.id + 1u : next;
  return static_cast<StringId>(next > 0xffff ? 0 : next);
}

// Languages separated by semicolons; each is named once.
struct LanguageList {
  char* to;
  u64 room, used = 0;

  void add(std::string_view language) {
    if (used) put(';');
    for (char c : language) put(c);
  }
  void put(char c) {
    if (used < room) to[used] = c;
    ++used;
  }
};

class Strings : public efi::HiiString {
 public:
  using Protocol = efi::HiiString;

  void init() {
    static_cast<efi::HiiString&>(*this) = {
        .new_string = thunk<&Strings::add>,
        .get_string = thunk<&Strings::get>,
        .set_string = thunk<&Strings::set>,
        .get_languages = thunk<&Strings::languages>,
        .get_secondary_languages = thunk<&Strings::secondary_languages>,
    };
  }

  Result<> add(HiiHandle handle, StringId* id, const char* language, const char16_t*, const char16_t* text, const efi::FontInfo*) {
    if (!id || !language || !text) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    PackageList* list = package_list(handle);
    if (!list) return Error::not_found;
    const StringId next = next_id(*list);
    if (!next) return Error::out_of_resources;
    TRY(change(*list, next, language, text));
    *id = next;
    return {};
  }

  Result<> get(const char* language, HiiHandle handle, StringId id, char16_t* text, u64* bytes, efi::FontInfo** font) {
    if (!language || !bytes || (*bytes && !text) || id == 0) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    PackageList* list = package_list(handle);
    if (!list) return Error::not_found;
    char16_t* found = TRY(string_of(*list, id, language));
    const u64 needed = (length_of(found) + 1) * sizeof(char16_t);
    const bool fits = needed <= *bytes;
    if (fits) __builtin_memcpy(text, found, needed);
    *bytes = needed;
    if (font) *font = nullptr;
    (void)!core::free_pool(found);
    return fits ? Result<>() : Error::buffer_too_small;
  }

  Result<> set(HiiHandle handle, StringId id, const char* language, const char16_t* text, const efi::FontInfo*) {
    if (!language || !text || id == 0) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    PackageList* list = package_list(handle);
    if (!list || id >= next_id(*list)) return Error::not_found;
    return change(*list, id, language, text);
  }

  Result<> languages(HiiHandle handle, char* to, u64* bytes) {
    if (!bytes || (*bytes && !to)) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    PackageList* list = package_list(handle);
    if (!list) return Error::not_found;
    LanguageList all{to, *bytes};
    for_each_package(*list, [&](const hii::StringPackage& p) { all.add(p.language()); });
    all.put('\0');
    const bool fits = all.used <= *bytes;
    *bytes = all.used;
    return fits ? Result<>() : Error::buffer_too_small;
  }

  // Nobody's packages name any.
  Result<> secondary_languages(HiiHandle handle, const char* primary, char* to, u64* bytes) {
    if (!primary || !bytes || (*bytes && !to)) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    if (!package_list(handle)) return Error::not_found;
    const bool fits = *bytes >= 1;
    *bytes = 1;
    if (!fits) return Error::buffer_too_small;
    *to = 0;
    return {};
  }
};

constinit Strings strings{};

}  // namespace

Result<char16_t*> string_of(PackageList& list, StringId id, std::string_view language) {
  if (ChangedString* c = find_change(list, id, language)) return copy_of(c->text);
  hii::Text found;
  bool any = false;
  for_each_package(list, [&](const hii::StringPackage& p) {
    if (any || !same_language(p.language(), language)) return;
    const auto text = p.find(id);
    any = static_cast<bool>(text);
    if (any) found = text.value_or({});
  });
  if (!any) return Error::not_found;
  auto* copy = TRY(core::allocate_array<char16_t>(found.length() + 1));
  for (u64 i = 0; i < found.length(); ++i) copy[i] = found[i];
  copy[found.length()] = 0;
  return copy;
}

void install_hii_string() {
  strings.init();
  efi::Handle handle = nullptr;
  core::install<efi::HiiString>(handle, strings);
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/hii/database.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/thunk.hpp"
#include "dxe/core/tpl.hpp"

namespace drivers {
namespace {

using core::thunk;
using efi::HiiHandle, efi::HiiPackageHeader, efi::HiiPackageListHeader;
namespace package_type = efi::hii_package;

constinit List<PackageList> lists;

struct Registration : ListNode<Registration> {
  u8 type;
  const Guid* guid;
  efi::HiiNotify notify;
  u64 what;
};
constinit List<Registration> registrations;

// A GUID package begins with its GUID behind the header.
bool is_wanted(hii::Bytes package, u8 type, const Guid* guid) {
  if (type == package_type::all) return true;
  if (hii::type_of(package) != type) return false;
  if (type != package_type::guid || !guid) return true;
  return package.size() >= sizeof(HiiPackageHeader) + sizeof(Guid) &&
         __builtin_memcmp(&package[sizeof(HiiPackageHeader)], guid, sizeof(Guid)) == 0;
}

void tell(PackageList& list, u64 what) {
  hii::Packages packages(list.bytes);
  for (hii::Bytes p; packages.next(p);)
    for (Registration& r : registrations)
      if ((r.what & what) && is_wanted(p, r.type, r.guid))
        r.notify(hii::type_of(p), r.guid, reinterpret_cast<const HiiPackageHeader*>(p.data()), &list, what);
}

Result<u8*> copy_of(hii::Bytes bytes) {
  auto* copy = TRY(core::allocate_array<u8>(bytes.size()));
  __builtin_memcpy(copy, bytes.data(), bytes.size());
  return copy;
}

bool has_type(hii::Bytes list, u8 type) {
  hii::Packages packages(list);
  for (hii::Bytes p; packages.next(p);)
    if (hii::type_of(p) == type) return true;
  return false;
}

// The new packages, and those of the old ones that are of no type among the new.
Result<hii::Bytes> merge(hii::Bytes old, hii::Bytes fresh) {
  auto* all = TRY(core::allocate_array<u8>(old.size() + fresh.size() + sizeof(HiiPackageHeader)));
  u64 at = sizeof(HiiPackageListHeader);
  __builtin_memcpy(all, old.data(), at);
  const auto add = [&](hii::Bytes p) {
    __builtin_memcpy(all + at, p.data(), p.size());
    at += p.size();
  };
  hii::Packages kept(old), added(fresh);
  for (hii::Bytes p; kept.next(p);)
    if (!has_type(fresh, hii::type_of(p))) add(p);
  for (hii::Bytes p; added.next(p);) add(p);
  const HiiPackageHeader end{sizeof(HiiPackageHeader), package_type::end};
  add({reinterpret_cast<const u8*>(&end), sizeof end});
  const u32 bytes = static_cast<u32>(at);
  __builtin_memcpy(all + offsetof(HiiPackageListHeader, bytes), &bytes, sizeof bytes);
  return hii::Bytes(all, at);
}

class Database : public efi::HiiDatabase {
 public:
  using Protocol = efi::HiiDatabase;

  void init();

  Result<> add(const HiiPackageListHeader* list, efi::Handle driver, HiiHandle* handle) {
    if (!handle) return Error::invalid_parameter;
    const hii::Bytes checked = TRY(hii::check_list(list));
    core::TplGuard guard(efi::tpl_notify);
    auto* copy = TRY(copy_of(checked));
    auto* made = TRY(core::make<PackageList>());
    made->bytes = {copy, checked.size()};
    made->driver = driver;
    lists.push_back(*made);
    *handle = made;
    tell(*made, efi::hii_notify_new);
    return {};
  }

  Result<> remove(HiiHandle handle) {
    core::TplGuard guard(efi::tpl_notify);
    PackageList* list = package_list(handle);
    if (!list) return Error::not_found;
    tell(*list, efi::hii_notify_remove);
    while (ChangedString* c = list->changes.pop_front()) {
      (void)!core::free_pool(c->text);
      (void)!core::free_pool(c);
    }
    list->unlink();
    (void)!core::free_pool(const_cast<u8*>(list->bytes.data()));
    return core::free_pool(list);
  }

  Result<> update(HiiHandle handle, const HiiPackageListHeader* packages) {
    const hii::Bytes fresh = TRY(hii::check_list(packages));
    core::TplGuard guard(efi::tpl_notify);
    PackageList* list = package_list(handle);
    if (!list) return Error::not_found;
    const hii::Bytes merged = TRY(merge(list->bytes, fresh));
    (void)!core::free_pool(const_cast<u8*>(list->bytes.data()));
    list->bytes = merged;
    tell(*list, efi::hii_notify_add);
    return {};
  }

  Result<> find(u8 type, const Guid* guid, u64* bytes, HiiHandle* handles) {
    if (!bytes || (*bytes && !handles) || (type == package_type::guid) != (guid != nullptr)) return Error::invalid_parameter;
    core::TplGuard tpl(efi::tpl_notify);
    u64 needed = 0;
    for (PackageList& list : lists) {
      bool wanted = type == package_type::all;
      hii::Packages packages(list.bytes);
      for (hii::Bytes p; !wanted && packages.next(p);) wanted = is_wanted(p, type, guid);
      if (!wanted) continue;
      if (needed + sizeof(HiiHandle) <= *bytes) handles[needed / sizeof(HiiHandle)] = &list;
      needed += sizeof(HiiHandle);
    }
    const bool fits = needed <= *bytes;
    *bytes = needed;
    if (!needed) return Error::not_found;
    return fits ? Result<>() : Error::buffer_too_small;
  }

  // One list, or all of them one behind the other.
  Result<> give(HiiHandle handle, u64* bytes, HiiPackageListHeader* buffer) {
    if (!bytes || (*bytes && !buffer)) return Error::invalid_parameter;
    core::TplGuard guard(efi::tpl_notify);
    if (handle && !package_list(handle)) return Error::not_found;
    u64 needed = 0;
    for (PackageList& list : lists) {
      if (handle && &list != handle) continue;
      if (needed + list.bytes.size() <= *bytes) __builtin_memcpy(reinterpret_cast<u8*>(buffer) + needed, list.bytes.data(), list.bytes.size());
      needed += list.bytes.size();
    }
    const bool fits = needed <= *bytes;
    *bytes = needed;
    return fits ? Result<>() : Error::buffer_too_small;
  }

  Result<> enlist(u8 type, const Guid* guid, efi::HiiNotify notify, u64 what, efi::Handle* registration) {
    if (!notify || !registration || (type == package_type::guid) != (guid != nullptr)) return Error::invalid_parameter;
    core::TplGuard tpl(efi::tpl_notify);
    auto* made = TRY(core::make<Registration>());
    made->type = type;
    made->guid = guid;
    made->notify = notify;
    made->what = what;
    registrations.push_back(*made);
    *registration = static_cast<efi::Handle>(made);
    return {};
  }

  Result<> delist(efi::Handle registration) {
    core::TplGuard guard(efi::tpl_notify);
    for (Registration& r : registrations)
      if (&r == registration) {
        r.unlink();
        return core::free_pool(&r);
      }
    return Error::not_found;
  }

  // Keyboards have their layout built in.
  Result<> list_layouts(u16* bytes, Guid*) {
    if (!bytes) return Error::invalid_parameter;
    *bytes = 0;
    return {};
  }
  Result<> get_layout(const Guid*, u16*, void*) { return Error::not_found; }
  Result<> set_layout(const Guid* layout) { return layout ? Error::not_found : Error::invalid_parameter; }

  Result<> owner(HiiHandle handle, efi::Handle* driver) {
    core::TplGuard guard(efi::tpl_notify);
    PackageList* list = package_list(handle);
    if (!list || !driver) return Error::invalid_parameter;
    *driver = list->driver;
    return {};
  }
};

void Database::init() {
  static_cast<efi::HiiDatabase&>(*this) = {
      .new_package_list = thunk<&Database::add>,
      .remove_package_list = thunk<&Database::remove>,
      .update_package_list = thunk<&Database::update>,
      .list_package_lists = thunk<&Database::find>,
      .export_package_lists = thunk<&Database::give>,
      .register_package_notify = thunk<&Database::enlist>,
      .unregister_package_notify = thunk<&Database::delist>,
      .find_keyboard_layouts = thunk<&Database::list_layouts>,
      .get_keyboard_layout = thunk<&Database::get_layout>,
      .set_keyboard_layout = thunk<&Database::set_layout>,
      .get_package_list_handle = thunk<&Database::owner>,
  };
}

constinit Database database{};

}  // namespace

List<PackageList>& package_lists() { return lists; }

PackageList* package_list(HiiHandle handle) {
  for (PackageList& list : lists)
    if (&list == handle) return &list;
  return nullptr;
}

void install_hii_database() {
  database.init();
  efi::Handle handle = nullptr;
  core::install<efi::HiiDatabase>(handle, database);
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string_view>

#include "lib/base/list.hpp"
#include "lib/efi/boot_services.hpp"
#include "lib/hii/strings.hpp"

namespace drivers {

using namespace base;

// A string that was added or changed; it goes before what the packages say.
struct ChangedString : ListNode<ChangedString> {
  char16_t* text;
  efi::StringId id;
  char language[1];  // and the rest of it
};

// What a driver handed to the HII database; its handle is its address.
struct PackageList : ListNode<PackageList> {
  hii::Bytes bytes;  // ours, checked
  efi::Handle driver;
  List<ChangedString> changes;
};

// Null: no such list.
PackageList* package_list(efi::HiiHandle handle);
List<PackageList>& package_lists();

// The text of a string, in pool memory of the caller; not_found.
Result<char16_t*> string_of(PackageList& list, efi::StringId id, std::string_view language);

// [uefi §34]: each installs its protocol.
void install_hii_database();
void install_hii_string();
void install_hii_font();
void install_hii_config_routing();

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string_view>

#include "lib/hii/packages.hpp"

namespace hii {

// Text inside a package: characters of one or two bytes, which need not be aligned. The NUL is left out.
struct Text {
  Bytes bytes;
  bool wide = true;

  u64 length() const { return wide ? bytes.size() / 2 : bytes.size(); }
  char16_t operator[](u64 index) const {
    return wide ? static_cast<char16_t>(bytes[2 * index] | bytes[2 * index + 1] << 8) : static_cast<char16_t>(bytes[index]);
  }
};

// A string package out of a checked list [uefi §33.3.6].
class StringPackage {
 public:
  // volume_corrupted: its header leaves the package, or its language has no end.
  static Result<StringPackage> open(Bytes package);

  std::string_view language() const { return language_; }
  // not_found: there is none with this number, or the package is damaged before it.
  Result<Text> find(efi::StringId id) const;
  // The number that no string of the package has yet.
  efi::StringId next_id() const;

 private:
  template <class Visit>
  void for_each(Visit visit) const;

  Bytes blocks_;
  std::string_view language_;
};

}  // namespace hii

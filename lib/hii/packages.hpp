// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"
#include "lib/efi/hii.hpp"

// Package lists as drivers hand them in [uefi §33.3]. What a program says of its own data is checked like everybody's.
namespace hii {

using namespace base;

using Bytes = std::span<const u8>;

// The list behind a header of which only the length is believed: packages that fill it to the byte, the end package last
// or left out. invalid_parameter: anything else.
Result<Bytes> check_list(const efi::HiiPackageListHeader* list);

inline u8 type_of(Bytes package) { return package[3]; }

// The packages of a checked list, without the one that ends it.
class Packages {
 public:
  explicit Packages(Bytes list) : left_(list.subspan(sizeof(efi::HiiPackageListHeader))) {}
  // False: that was the last.
  bool next(Bytes& package);

 private:
  Bytes left_;
};

}  // namespace hii

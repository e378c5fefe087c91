// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/hii/packages.hpp"

#include "lib/base/endian.hpp"

namespace hii {
namespace {

constexpr u32 most_bytes = 16u << 20;

u32 length_of(Bytes package) { return base::load_le<u32>(package.data()) & 0xff'ffff; }

}  // namespace

bool Packages::next(Bytes& package) {
  if (left_.size() < sizeof(efi::HiiPackageHeader) || type_of(left_) == efi::hii_package::end) return false;
  package = left_.first(length_of(left_));
  left_ = left_.subspan(package.size());
  return true;
}

Result<Bytes> check_list(const efi::HiiPackageListHeader* list) {
  if (!list) return Error::invalid_parameter;
  const u32 bytes = list->bytes;
  if (bytes < sizeof *list || bytes > most_bytes) return Error::invalid_parameter;
  const Bytes all(reinterpret_cast<const u8*>(list), bytes);
  for (Bytes left = all.subspan(sizeof *list); !left.empty();) {
    if (left.size() < sizeof(efi::HiiPackageHeader)) return Error::invalid_parameter;
    const u32 length = length_of(left);
    if (length < sizeof(efi::HiiPackageHeader) || length > left.size()) return Error::invalid_parameter;
    if (type_of(left) == efi::hii_package::end) break;
    left = left.subspan(length);
  }
  return all;
}

}  // namespace hii

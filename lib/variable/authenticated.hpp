// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/efi/variable.hpp"

// Time-based authenticated writes [uefi §8.2.2].
namespace variable {

using namespace base;

struct AuthenticatedWrite {
  efi::Time time_stamp;
  std::span<const u8> signature;  // PKCS#7 over name, vendor, attributes, time stamp and data
  std::span<const u8> data;
};

// What is malformed is a security violation.
Result<AuthenticatedWrite> parse_authenticated(std::span<const u8> bytes);

bool later(const efi::Time& a, const efi::Time& b);

// The place of Secure Boot: no signature is verified yet. So what needs none is done, in setup mode the key and
// signature databases; a platform key, which would end that mode, and variables bound to their creator's certificate
// are unsupported; and where there is a platform key (a flash may bring one) everything is refused.
Result<> authorize(std::u16string_view name, const Guid& vendor, const AuthenticatedWrite& write, bool setup_mode);

}  // namespace variable

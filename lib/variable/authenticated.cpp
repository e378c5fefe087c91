// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/variable/authenticated.hpp"

namespace variable {

Result<AuthenticatedWrite> parse_authenticated(std::span<const u8> bytes) {
  efi::VariableAuthentication2 descriptor;
  constexpr u64 before_certificate = offsetof(efi::VariableAuthentication2, auth_info);
  if (bytes.size() < sizeof descriptor) return Error::security_violation;
  __builtin_memcpy(&descriptor, bytes.data(), sizeof descriptor);
  const efi::WinCertificate& header = descriptor.auth_info.header;
  const efi::Time& time = descriptor.time_stamp;
  if (header.length < sizeof descriptor.auth_info || header.length > bytes.size() - before_certificate ||
      header.revision != efi::WinCertificate::current_revision || header.certificate_type != efi::WinCertificate::type_efi_guid ||
      !(descriptor.auth_info.cert_type == efi::cert_pkcs7_guid) || time.pad1 || time.nanosecond || time.timezone ||
      time.daylight || time.pad2)
    return Error::security_violation;
  return AuthenticatedWrite{time, bytes.subspan(sizeof descriptor, header.length - sizeof descriptor.auth_info),
                            bytes.subspan(before_certificate + header.length)};
}

bool later(const efi::Time& a, const efi::Time& b) {
  const auto order = [](const efi::Time& t) {
    return u64{t.year} << 40 | u64{t.month} << 32 | u64{t.day} << 24 | u64{t.hour} << 16 | u64{t.minute} << 8 | t.second;
  };
  return order(a) > order(b);
}

Result<> authorize(std::u16string_view name, const Guid& vendor, const AuthenticatedWrite&, bool setup_mode) {
  if (!setup_mode) return Error::security_violation;
  const bool database = vendor == efi::image_security_database_guid || (vendor == efi::global_variable_guid && name == efi::variable_name::kek);
  return database ? Result<>() : Error::unsupported;
}

}  // namespace variable

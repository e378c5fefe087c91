// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/time.hpp"

namespace efi {

// [uefi §8.2.1]
namespace variable_attribute {
inline constexpr u32 non_volatile = 0x01;
inline constexpr u32 bootservice_access = 0x02;
inline constexpr u32 runtime_access = 0x04;
inline constexpr u32 hardware_error_record = 0x08;
inline constexpr u32 authenticated_write_access = 0x10;  // deprecated
inline constexpr u32 time_based_authenticated_write_access = 0x20;
inline constexpr u32 append_write = 0x40;
inline constexpr u32 enhanced_authenticated_access = 0x80;
inline constexpr u32 known = 0xff;
}  // namespace variable_attribute

// WIN_CERTIFICATE, then its data [uefi §32.2.4].
struct WinCertificate {
  static constexpr u16 current_revision = 0x0200;
  static constexpr u16 type_pkcs_signed_data = 0x0002;
  static constexpr u16 type_efi_pkcs115 = 0x0ef0;
  static constexpr u16 type_efi_guid = 0x0ef1;

  u32 length;  // with this header
  u16 revision;
  u16 certificate_type;
};
struct WinCertificateUefiGuid {
  WinCertificate header;
  Guid cert_type;
};
inline constexpr Guid cert_pkcs7_guid = "4aafd29d-68df-49ee-8aa9-347d375665a7"_guid;

// What begins the data of a time-based authenticated write; the certificate's data follows.
struct VariableAuthentication2 {
  Time time_stamp;
  WinCertificateUefiGuid auth_info;
};
static_assert(sizeof(WinCertificate) == 8 && sizeof(WinCertificateUefiGuid) == 24);
static_assert(sizeof(VariableAuthentication2) == 40 && offsetof(VariableAuthentication2, auth_info) == 16);

inline constexpr Guid global_variable_guid = "8be4df61-93ca-11d2-aa0d-00e098032b8c"_guid;
inline constexpr Guid image_security_database_guid = "d719b2cb-3d3a-4596-a3bc-dad00e67656f"_guid;
inline constexpr Guid hardware_error_variable_guid = "414e6bdd-e47b-47cc-b244-bb61020cf516"_guid;

// [uefi §3.3]; all under global_variable_guid but db and its like.
namespace variable_name {
inline constexpr char16_t boot_current[] = u"BootCurrent";
inline constexpr char16_t boot_next[] = u"BootNext";
inline constexpr char16_t boot_option_support[] = u"BootOptionSupport";
inline constexpr char16_t boot_order[] = u"BootOrder";
inline constexpr char16_t con_in[] = u"ConIn";
inline constexpr char16_t con_in_dev[] = u"ConInDev";
inline constexpr char16_t con_out[] = u"ConOut";
inline constexpr char16_t con_out_dev[] = u"ConOutDev";
inline constexpr char16_t db[] = u"db";
inline constexpr char16_t dbx[] = u"dbx";
inline constexpr char16_t dbt[] = u"dbt";
inline constexpr char16_t dbr[] = u"dbr";
inline constexpr char16_t audit_mode[] = u"AuditMode";
inline constexpr char16_t deployed_mode[] = u"DeployedMode";
inline constexpr char16_t driver_order[] = u"DriverOrder";
inline constexpr char16_t err_out[] = u"ErrOut";
inline constexpr char16_t err_out_dev[] = u"ErrOutDev";
inline constexpr char16_t kek[] = u"KEK";
inline constexpr char16_t kek_default[] = u"KEKDefault";
inline constexpr char16_t lang_codes[] = u"LangCodes";
inline constexpr char16_t lang[] = u"Lang";
inline constexpr char16_t os_indications[] = u"OsIndications";
inline constexpr char16_t os_indications_supported[] = u"OsIndicationsSupported";
inline constexpr char16_t pk[] = u"PK";
inline constexpr char16_t pk_default[] = u"PKDefault";
inline constexpr char16_t platform_lang[] = u"PlatformLang";
inline constexpr char16_t platform_lang_codes[] = u"PlatformLangCodes";
inline constexpr char16_t secure_boot[] = u"SecureBoot";
inline constexpr char16_t setup_mode[] = u"SetupMode";
inline constexpr char16_t signature_support[] = u"SignatureSupport";
inline constexpr char16_t timeout[] = u"Timeout";
inline constexpr char16_t vendor_keys[] = u"VendorKeys";
}  // namespace variable_name

}  // namespace efi

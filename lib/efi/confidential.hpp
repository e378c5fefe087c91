// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/types.hpp"

// What a confidential guest's firmware tells the operating system [facts §10].
namespace efi {

// Where the pages of the SNP launch are: "CC blob" [linux arch/x86/include/asm/sev.h, struct cc_blob_sev_info].
struct ConfidentialBlob {
  static constexpr Guid guid = "067b1f5f-cf26-44c5-8554-93d777912d42"_guid;
  static constexpr u32 magic_value = 0x4544'4d41;  // "AMDE"
  static constexpr u16 current_version = 1;
  u32 magic;
  u16 version;
  u16 reserved_0;
  u64 secrets_address;
  u32 secrets_bytes;
  u32 reserved_1;
  u64 cpuid_address;
  u32 cpuid_bytes;
  u32 reserved_2;
};
static_assert(sizeof(ConfidentialBlob) == 40 && offsetof(ConfidentialBlob, cpuid_address) == 24);

// Where the host may inject a secret after the launch was measured.
struct LaunchSecretTable {
  static constexpr Guid guid = "adf956ad-e98c-484c-ae11-b51c7d336447"_guid;
  u64 base;
  u64 size;
};
static_assert(sizeof(LaunchSecretTable) == 16);

}  // namespace efi

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// The secrets page: wire format only [snp §8.14.2.5 table 71; svsm §4].
namespace cc::sev {

using namespace base;

struct SecretsPage {
  u32 version;
  u32 flags;  // bit 0: IMI enabled
  u32 family_model_stepping;
  u32 reserved_0;
  u8 gosvw[16];
  u8 vmpck[4][32];
  u32 message_sequence[4];  // from here to usage: the guest's own
  u64 ap_jump_table_gpa;
  u8 reserved_1[40];
  u8 guest_usage[32];
  u8 vmsa_tweak_bitmap[64];
  u64 svsm_base, svsm_size, svsm_caa;
  u32 svsm_max_version;
  u8 svsm_guest_vmpl;
  u8 reserved_2[3];
  u32 tsc_factor;
  u8 reserved_3[4096 - 0x164];
};
static_assert(sizeof(SecretsPage) == 4096);
static_assert(offsetof(SecretsPage, vmpck) == 0x20 && offsetof(SecretsPage, message_sequence) == 0xa0);
static_assert(offsetof(SecretsPage, ap_jump_table_gpa) == 0xb0 && offsetof(SecretsPage, vmsa_tweak_bitmap) == 0x100);
static_assert(offsetof(SecretsPage, svsm_base) == 0x140 && offsetof(SecretsPage, tsc_factor) == 0x160);

}  // namespace cc::sev

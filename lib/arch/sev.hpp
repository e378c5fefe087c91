// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// The instructions of SEV-ES and SEV-SNP guests; one thin function each, no decisions.
namespace arch {

using namespace base;

void vmgexit();

// [apm3 PVALIDATE] EAX and the carry flag; address: of the page, mapped private. Size: 0 = 4 KiB, 1 = 2 MiB.
struct PvalidateResult {
  u32 status;
  bool unchanged;  // CF: the page was in the wanted state already
};
PvalidateResult pvalidate(u64 address, u32 size, bool validate);

// [apm3 RMPADJUST] EAX. Attributes: target VMPL 7:0, permissions 15:8, VMSA bit 16.
u32 rmpadjust(u64 address, u32 size, u64 attributes);

}  // namespace arch

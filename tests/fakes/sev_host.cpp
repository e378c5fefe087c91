// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/sev_host.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/base/result.hpp"

namespace fakes {
namespace {
SevHost* host = nullptr;
constexpr u32 ghcb_msr = 0xc001'0130;

SevHost& must_have_host() {
  if (!host) base::panic("an SEV instruction without a host");
  return *host;
}
}  // namespace

void attach_sev_host(SevHost* to) { host = to; }

}  // namespace fakes

namespace arch {
void vmgexit() {
  u64 msr = read_msr(fakes::ghcb_msr);
  fakes::must_have_host().vmgexit(msr);
  write_msr(fakes::ghcb_msr, msr);
}
PvalidateResult pvalidate(u64 address, u32 size, bool validate) { return fakes::must_have_host().pvalidate(address, size, validate); }
u32 rmpadjust(u64 address, u32 size, u64 attributes) { return fakes::must_have_host().rmpadjust(address, size, attributes); }
}  // namespace arch

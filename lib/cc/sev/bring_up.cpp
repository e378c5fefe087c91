// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/bring_up.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/arch/sev.hpp"
#include "lib/cc/processors.hpp"
#include "lib/cc/sev/cpuid_table.hpp"
#include "lib/cc/sev/ghcb_page.hpp"
#include "lib/cc/sev/msr_protocol.hpp"
#include "lib/cc/sev/psc.hpp"
#include "lib/cc/sev/secrets_page.hpp"

namespace cc::sev {
namespace {

// What this firmware may run under without knowing more [apm2 §15.34.10]: features that need nothing of the guest.
constexpr u64 status_debug_virtualization = 1 << 7;
constexpr u64 status_prevent_host_ibs = 1 << 8, status_btb_isolation = 1 << 9, status_pmc = 1 << 13, status_ibs = 1 << 14;
constexpr u64 status_smt_protection = 1 << 17, status_ibpb_on_entry = 1 << 23;
constexpr u64 implemented = msr::status_sev | msr::status_es | msr::status_snp | status_debug_virtualization | status_prevent_host_ibs |
                            status_btb_isolation | status_pmc | status_ibs | status_smt_protection | status_ibpb_on_entry;

void check_features() {
  if (arch::read_msr(msr::sev_status) & ~implemented) terminate(Reason::unknown_sev_features);
}

// Only VMPL 0 may give rights to lower levels, so RMPADJUST on a page of ours tells where we are [apm2 §15.36.7]. The
// page loses nothing: VMPL 1 gets no permission.
void check_vmpl() {
  constexpr u64 vmpl_1_nothing = 1;
  if (arch::rmpadjust(layout::work_area, 0, vmpl_1_nothing) != 0) terminate(Reason::not_vmpl0);
}

void check_secrets_page(const SecretsPage& page) {
  if (page.version == 0) terminate(Reason::secrets_page);
  if (page.svsm_size != 0) terminate(Reason::svsm_present);  // page states are its to change, not ours
}

void share_ghcb(GuestType type, Gpa page, void (*map_shared)(Gpa)) {
  if (type == GuestType::snp) {
    const auto rescinded = arch::pvalidate(page.raw(), 0, false);
    if (rescinded.status != 0) terminate(Reason::pvalidate_failed);
    if (rescinded.unchanged) terminate(Reason::not_validated);
    change_page_state(page, psc::to_shared);
  }
  map_shared(page);
  __builtin_memset(reinterpret_cast<void*>(page.raw()), 0, page_bytes);
  if (type == GuestType::snp) register_ghcb(page);
  use_ghcb(page);
}

}  // namespace

void bring_up(Guest& guest, void (*map_shared)(Gpa)) {
  if (guest.type == GuestType::sev_es) lead_processors_nowhere();
  check_sev_info(guest.private_mask);
  check_features();
  if (guest.type == GuestType::snp) {
    guest.hypervisor_features = hypervisor_features();
    if (!(guest.hypervisor_features & hv_snp)) terminate(Reason::hypervisor_without_snp);
    check_cpuid_page(*reinterpret_cast<const CpuidPage*>(guest.cpuid_page.raw()));
    check_cpuid_page_is_ours(*reinterpret_cast<const CpuidPage*>(guest.cpuid_page.raw()), guest.private_mask);
    check_secrets_page(*reinterpret_cast<const SecretsPage*>(layout::secrets_page));
    check_vmpl();
  }
  share_ghcb(guest.type, guest.ghcb, map_shared);
}

}  // namespace cc::sev

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/sev/ghcb.hpp"
#include "tests/machine/svm/exit.hpp"

// The processor and the host of an SEV-ES or SEV-SNP guest.
namespace snp {

using namespace base;
using svm::Vcpu;

extern const svm::Model encrypted_model;  // ES and SNP
extern const svm::Model plain_model;      // plain and SEV: no #VC

bool is_snp();
u64 sev_status();
void vc(Vcpu& v, u64 code);          // #VC into the guest
void nested_fault(Vcpu& v);
bool choose_view(Vcpu& v);           // SEV and SEV-ES
void undefined_opcode(Vcpu& v);      // PVALIDATE and RMPADJUST are undefined to QEMU
void vmgexit(Vcpu& v);
void msr_protocol(Vcpu& v);
void ghcb_exit(Vcpu& v);

// CPUID as this host answers it: with the SEV leaf.
struct Registers {
  u32 eax, ebx, ecx, edx;
};
Registers cpuid(u32 leaf, u32 subleaf);

[[noreturn]] void terminated(Vcpu& v, u32 set, u32 reason, u64 extra);
inline constexpr u64 hv_features = cc::sev::hv_snp | cc::sev::hv_ap_creation | cc::sev::hv_apic_id_list;

// Replies of the page state change list, [ghcb §4.1.6].
u64 page_state_change_list(Vcpu& v, u8* list, usize room);
u64 page_state_change(Vcpu& v, u64 operation, u64 gpa, bool large);

bool has_processor(u32 apic_id);
// False while a processor runs on it; one that is halted never runs again.
bool release_save_area(Vcpu& v, u64 gpa);
bool create_processor(Vcpu& v, u32 apic_id, u64 vmsa_gpa, u64 sev_features, bool on_init);
bool destroy_processor(Vcpu& v, u32 apic_id);
void enter_reset_hold(Vcpu& v);
void release_from_reset_hold(Vcpu& target);
bool guest_request(Vcpu& v, u64 request_gpa, u64 response_gpa, u64& error);

}  // namespace snp

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/host/layout.hpp"
#include "tests/machine/svm/vmcb.hpp"

namespace svm {

enum Register : unsigned { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi };

// held: until the first SIPI or AP creation; hold: said so itself (AP reset hold).
enum class RunState : u32 { held, reset_hold, running, destroyed };

struct Vcpu {
  alignas(16) u64 registers[16];  // RAX and RSP are copies of the VMCB's
  u32 apic_id = 0;
  volatile RunState state = RunState::held;
  volatile u32 in_guest = 0;
  volatile u32 kick = 0;           // an NMI from the host is on its way; cleared when it has been taken
  volatile u32 nmi_owed = 0;       // the guest sent itself one
  volatile u32 present = 0;
  u32 init_received = 0;           // the next SIPI counts
  volatile u32 epoch = 0;          // counts the register sets that it was given
  u64 shadowed_rip = 0;            // the last entry was into the shadow of an STI, here
  u32 load_state = 0;              // VMLOAD before the next entry
  u64 host_cr0 = 0, host_cr4 = 0;  // of this processor outside the guest
  u64 ghcb_msr = 1;
  u64 registered_ghcb = ~0ull;
  u64 created_from = ~0ull;        // VMSA page of AP creation
  u32 asked_for = 0;               // how often the guest wanted that page back
  u64 sev_features = 0;
  u64 dr7 = 0x400;
  u64 xcr0 = 1;

  Vmcb& vmcb() const;
  VmcbSave& save() const { return vmcb().save; }
  u64& reg(unsigned n) { return registers[n]; }
  bool paging() const { return save().cr0 & cr0_pg; }
  bool long_mode() const { return save().efer & efer_lma; }
  void skip(unsigned bytes);
};

Vcpu& vcpu(u32 index);
u32 vcpu_count();
void set_vcpu_count(u32 n);

// One processor of the guest, on the processor that calls; never returns.
[[noreturn]] void run(Vcpu& v);
void prepare(Vcpu& v);                    // VMCB and host save area of the calling processor
void load(Vcpu& v, const cc::sev::Vmsa& from);

// Forces every other processor out of the guest and back, so that it sees the nested tables as they are now.
void flush_others(const Vcpu& self);
// Wakes a processor that waits in run().
void wake(Vcpu& v);
void send_nmi(Vcpu& v);
void inject(Vcpu& v, u64 event);

inline constexpr u64 event_valid = 1ull << 31, event_exception = 3 << 8, event_nmi = 2 << 8, event_software = 4 << 8,
                     event_type = 7 << 8, event_error_code = 1 << 11;

}  // namespace svm

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/svm/vcpu.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/arch/io.hpp"
#include "tests/machine/host/lock.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/svm/deliver.hpp"
#include "tests/machine/svm/exit.hpp"
#include "tests/machine/svm/views.hpp"

extern "C" {
void world_switch(svm::u64* registers, svm::Vmcb* vmcb);
void svm_vmload(svm::Vmcb* vmcb);
void svm_wait_for_nmi();
extern const host::u8 after_vmrun[];
}

namespace svm {

namespace {

Vcpu vcpus[host::cpus_max];
u32 count = 1;
host::Lock machine;  // one processor handles an exit at a time
constexpr u64 lapic_icr_low = 0xfee0'0300, lapic_icr_high = 0xfee0'0310;

// Clears `kick` only once the NMI itself has come: one NMI per kick, never one too many.
void take_kick(Vcpu& v) {
  if (!v.kick) return;
  svm_wait_for_nmi();
  __atomic_store_n(&v.kick, 0, __ATOMIC_SEQ_CST);
}

void kick(Vcpu& v) {
  while (v.kick) arch::pause();
  __atomic_store_n(&v.kick, 1, __ATOMIC_SEQ_CST);
  ++report::counts().kicks;
  send_nmi(v);
}

void wait_until_running(Vcpu& v) {
  while (v.state != RunState::running || v.kick) {
    svm_wait_for_nmi();
    __atomic_store_n(&v.kick, 0, __ATOMIC_SEQ_CST);
  }
  if (!v.load_state) return;
  v.load_state = 0;
  svm_vmload(&v.vmcb());
}

// QEMU throws its translations away whenever CR0 or CR4 change: the host runs with the guest's, so that neither VMRUN
// nor #VMEXIT changes them.
void follow_control_registers(Vcpu& v) {
  const VmcbSave& s = v.save();
  if (!v.long_mode() || !v.paging()) return;
  if (s.cr4 != v.host_cr4) arch::write_cr4((v.host_cr4 = s.cr4) | 0x620);
  if (s.cr0 != v.host_cr0) arch::write_cr0(v.host_cr0 = s.cr0);
}

// Seen once, before NMIs were masked from the host's first instruction on; a guest must never be blamed for it.
[[noreturn]] void mixed_up(Vcpu& v) {
  report::event("vmcb", v.apic_id, "\"code\": \"0x%x\", \"efer\": \"0x%x\", \"cr3\": \"0x%x\"", v.vmcb().exit_code, v.save().efer, v.save().cr3);
  report::end(host::End::host_fault, "a VMCB holds the host's state");
}

// VMRUN of QEMU 7.2 forgets the shadow of an STI: a pending interrupt would come in before the HLT that follows, and the
// HLT would wait for another. Intercepted for this entry, it comes back to end_shadow().
void keep_shadow(Vcpu& v) {
  Vmcb& c = v.vmcb();
  const bool shadow = c.int_state & 1;
  v.shadowed_rip = c.save.rip;
  c.misc_1 = (c.misc_1 & ~intercept::interrupt) | (shadow ? intercept::interrupt : 0);
}

// `in_guest` goes up before the last look at what others may have decided, and comes down only when the registers are
// at rest: whoever finds it down may replace them.
void enter(Vcpu& v) {
  Vmcb& c = v.vmcb();
  __atomic_store_n(&v.in_guest, 1, __ATOMIC_SEQ_CST);
  if (v.kick || v.state != RunState::running) {
    c.exit_code = exit_code::none;
    __atomic_store_n(&v.in_guest, 0, __ATOMIC_SEQ_CST);
    return;
  }
  c.save.rax = v.reg(rax);
  c.save.rsp = v.reg(rsp);
  c.save.efer |= efer_svme;
  follow_control_registers(v);
  keep_shadow(v);
  c.n_cr3 = views::root(v.paging());
  if (v.nmi_owed && !(c.event_inj & event_valid)) {
    v.nmi_owed = 0;
    c.event_inj = event_valid | event_nmi | 2;
  }
  world_switch(v.registers, &c);
  if (c.save.rip == reinterpret_cast<u64>(after_vmrun)) mixed_up(v);
  v.reg(rax) = c.save.rax;
  v.reg(rsp) = c.save.rsp;
  __atomic_store_n(&v.in_guest, 0, __ATOMIC_SEQ_CST);
}

// A nested page fault on the way through the guest's IDT or to its stack: exceptions come again by themselves, what an
// interrupt controller has handed over does not.
void deliver_again(Vcpu& v, u64 event) {
  if (!(event & event_valid)) return;
  if ((event & event_type) == event_nmi) v.nmi_owed = 1;
  else if (const u8 vector = static_cast<u8>(event); vector >= 32 && (event & event_type) != event_software && !deliver_interrupt(v, vector))
    report::end(host::End::host_fault, "interrupt lost in a nested page fault");
}

// An NMI that the host did not send is the guest's.
void take_nmi(Vcpu& v) {
  if (v.kick) return take_kick(v);
  svm_wait_for_nmi();
  ++report::counts().nmi;
  v.nmi_owed = 1;
}

}  // namespace

Vcpu& vcpu(u32 index) { return vcpus[index]; }
u32 vcpu_count() { return count; }
void set_vcpu_count(u32 n) { count = n; }

void Vcpu::skip(unsigned bytes) {
  save().rip += bytes;
  vmcb().int_state = 0;
}

void send_nmi(Vcpu& v) {
  const u32 high = arch::read32(lapic_icr_high);
  arch::write32(lapic_icr_high, v.apic_id << 24);
  arch::write32(lapic_icr_low, 0x4400);
  arch::write32(lapic_icr_high, high);
}

void wake(Vcpu& v) { kick(v); }

void flush_others(const Vcpu& self) {
  arch::fence();
  bool kicked[host::cpus_max];
  for (u32 i = 0; i < count; ++i) {
    kicked[i] = &vcpus[i] != &self && vcpus[i].in_guest;
    if (kicked[i]) kick(vcpus[i]);
  }
  for (u32 i = 0; i < count; ++i)
    while (kicked[i] && vcpus[i].kick) arch::pause();
}

void inject(Vcpu& v, u64 event) { v.vmcb().event_inj = event | event_valid; }

void load(Vcpu& v, const cc::sev::Vmsa& from) {
  VmcbSave& s = v.save();
  __builtin_memcpy(static_cast<void*>(&s), &from, sizeof s);
  s.efer |= efer_svme;
  const u64 order[] = {from.rax, from.rcx, from.rdx, from.rbx, from.rsp, from.rbp, from.rsi, from.rdi,
                       from.r8,  from.r9,  from.r10, from.r11, from.r12, from.r13, from.r14, from.r15};
  __builtin_memcpy(v.registers, order, sizeof order);
  v.vmcb().event_inj = v.vmcb().int_state = 0;
  v.vmcb().misc_1 &= ~intercept::iret;
  v.sev_features = from.sev_features;
  v.load_state = 1;
  v.epoch = v.epoch + 1;
}

void run(Vcpu& v) {
  for (;;) {
    wait_until_running(v);
    const u32 epoch = v.epoch;
    enter(v);
    const u64 code = v.vmcb().exit_code;
    if (code == exit_code::nmi) take_nmi(v);
    take_kick(v);
    if (code == exit_code::nmi || code == exit_code::none) continue;
    const u64 waited = machine.take([&] { take_kick(v); });
    report::counts().lock_wait += waited;
    report::counts().lock_waits += waited != 0;
    ++report::counts().exits;
    // Another processor may have made a new one of this while its exit waited.
    if (v.epoch == epoch) {
      v.vmcb().event_inj = 0;
      const u64 interrupted = code == exit_code::npf ? v.vmcb().exit_int_info : 0;
      handle_exit(v);
      deliver_again(v, interrupted);
    }
    machine.release();
  }
}

}  // namespace svm

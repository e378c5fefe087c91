// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/cc/sev/ghcb_msr.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/svm/decode.hpp"
#include "tests/machine/svm/deliver.hpp"

namespace snp {

namespace {

using namespace cc::sev;
using namespace svm;

// MSRs that the processor itself serves [apm2 §15.34.10, §15.35.6]; every other access is the host's.
bool processor_msr(Vcpu& v) {
  const u32 index = static_cast<u32>(v.reg(rcx));
  const bool write = v.vmcb().exit_info_1 & 1;
  if (index != msr::ghcb && (index != msr::sev_status || write)) return false;
  if (write) {
    v.ghcb_msr = v.reg(rdx) << 32 | static_cast<u32>(v.reg(rax));
  } else {
    const u64 value = index == msr::ghcb ? v.ghcb_msr : sev_status();
    v.reg(rax) = static_cast<u32>(value);
    v.reg(rdx) = value >> 32;
  }
  v.skip(decode(v).length);
  return true;
}

void handle(Vcpu& v) {
  const u64 code = v.vmcb().exit_code;
  switch (code) {
    case exit_code::npf: return nested_fault(v);
    case exit_code::exception + 6: return undefined_opcode(v);
    case exit_code::msr: return vc(v, code);
    case exit_code::vmmcall:
      if (const Instruction i = decode(v); i.opcode == Opcode::vmgexit) {
        v.skip(i.length);
        return vmgexit(v);
      }
      return vc(v, code);
    case exit_code::dr7_read: case exit_code::dr7_write: case exit_code::rdpmc: case exit_code::cpuid:
    case exit_code::invd: case exit_code::ioio: case exit_code::rdtscp: case exit_code::monitor: case exit_code::mwait:
      return vc(v, code);
    // QEMU 7.2 calls INVD by WBINVD's code, and RDTSCP by RDTSC's.
    case exit_code::wbinvd: return vc(v, decode(v).opcode == Opcode::invd ? exit_code::invd : code);
    case exit_code::rdtsc: return vc(v, decode(v).opcode == Opcode::rdtscp ? exit_code::rdtscp : code);
    default:
      if (code >= 0x80 && code <= 0x86) return inject(v, event_exception | 6);  // SVM instructions
      report::event("exit", v.apic_id, "\"code\": \"0x%x\", \"rip\": \"0x%x\"", code, v.save().rip);
      report::violation(report::Violation::unknown_exit, v.apic_id, code, v.save().rip);
  }
}

void run_exit(Vcpu& v) {
  if (v.vmcb().exit_code == exit_code::msr && processor_msr(v)) return;
  handle(v);
  if (lies::chosen().entry) lies::chosen().entry(v);
}

// INIT does nothing to a processor whose state the host cannot reach; the SIPI that follows it starts it at the reset block once, and
// releases it from reset hold later [ghcb §4.3].
void init(Vcpu&, Vcpu& target) { target.init_received = 1; }
void sipi(Vcpu& target, u8) {
  if (!target.present || !target.init_received) return;
  target.init_received = 0;
  if (target.state == RunState::held) {
    target.state = RunState::running;
    report::event("ap-start", target.apic_id);
    wake(target);
  } else if (target.state == RunState::reset_hold) {
    release_from_reset_hold(target);
  }
}

}  // namespace

const svm::Model encrypted_model{run_exit, init, sipi};

bool is_snp() { return host::parameters().mode == host::Mode::snp; }

u64 sev_status() {
  u64 status = 0;
  switch (host::parameters().mode) {
    case host::Mode::plain: break;
    case host::Mode::sev: status = msr::status_sev; break;
    case host::Mode::es: status = msr::status_sev | msr::status_es; break;
    case host::Mode::snp: status = msr::status_sev | msr::status_es | msr::status_snp; break;
  }
  if (lies::chosen().sev_status) lies::chosen().sev_status(status);
  return status;
}

void vc(Vcpu& v, u64 code) {
  if (lies::chosen().vc) lies::chosen().vc(v, code);
  report::count_vc(code);
  if (deliver(v, 29, code)) return;
  report::event("no-vc-handler", v.apic_id, "\"code\": \"0x%x\", \"rip\": \"0x%x\", \"cs\": \"0x%x\"", code, v.save().rip,
                v.save().cs.base);
  report::end(host::End::shut_down, "#VC could not be delivered");
}

void terminated(Vcpu& v, u32 set, u32 reason, u64 extra) {
  report::event("terminate", v.apic_id, "\"set\": %d, \"reason\": %d, \"extra\": \"0x%x\", \"rip\": \"0x%x\"", set, reason, extra,
                v.save().rip);
  const char* why = "guest's own reason";
  if (set == 0) why = reason == 0 ? "general" : reason == 1 ? "GHCB protocol range" : reason == 2 ? "SNP features" : why;
  report::end(host::End::terminated, why);
}

}  // namespace snp

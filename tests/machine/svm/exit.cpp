// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/svm/exit.hpp"

#include "tests/machine/report/report.hpp"
#include "tests/machine/svm/decode.hpp"
#include "tests/machine/svm/guest_memory.hpp"

namespace svm {

namespace {
const Model* chosen;
}

void set_model(const Model& m) { chosen = &m; }
const Model& model() { return *chosen; }

void write_cr0(Vcpu& v) {
  const Instruction i = decode(v);
  VmcbSave& s = v.save();
  u64 value = v.reg(i.operand);
  if (i.opcode == Opcode::lmsw) value = (s.cr0 & ~15ull) | (value & 15) | (s.cr0 & cr0_pe);
  else if (i.opcode != Opcode::cr0_write) report::end(host::End::host_fault, "CR0 written by an instruction unknown");
  if ((s.cr0 & cr0_pe) && !(value & cr0_pe) && (s.ss.attributes & attribute_big)) v.vmcb().misc_1 |= intercept::iret;
  s.cr0 = value | 0x10;
  if (!(value & cr0_pg)) s.efer &= ~efer_lma;
  else if (s.efer & efer_lme) s.efer |= efer_lma;
  v.skip(i.length);
}

void real_mode_iret(Vcpu& v) {
  const Instruction i = decode(v);
  VmcbSave& s = v.save();
  u32 frame[3] = {};
  for (unsigned n = 0; n < 3; ++n)
    if (!read_linear(v, s.ss.base + v.reg(rsp) + n * i.bytes, &frame[n], i.bytes))
      report::end(host::End::host_fault, "IRET from a stack that is no memory");
  s.rip = frame[0];
  s.cs.selector = static_cast<u16>(frame[1]);
  s.cs.base = u64{s.cs.selector} << 4;
  s.rflags = (frame[2] & rflags_real_mode) | 2;
  v.reg(rsp) += 3 * i.bytes;
  v.vmcb().misc_1 &= ~intercept::iret;
  v.vmcb().int_state = 0;
}

// An interrupt in the shadow: the HLT there has begun and ended.
void end_shadow(Vcpu& v) {
  if (v.save().rip == v.shadowed_rip && decode(v).opcode == Opcode::hlt) v.skip(1);
}

void handle_exit(Vcpu& v) {
  switch (v.vmcb().exit_code) {
    case exit_code::interrupt: return end_shadow(v);
    case exit_code::iret: return real_mode_iret(v);
    case exit_code::cr0_selective: return write_cr0(v);
    case exit_code::shutdown:
      report::event("shutdown", v.apic_id, "\"rip\": \"0x%x\"", v.save().rip);
      report::end(host::End::shut_down, "triple fault");
    case exit_code::invalid: report::end(host::End::host_fault, "VMRUN refused the guest's state");
    default: return chosen->exit(v);
  }
}

}  // namespace svm

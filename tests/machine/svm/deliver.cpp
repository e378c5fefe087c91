// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/svm/deliver.hpp"

#include "tests/machine/svm/guest_memory.hpp"

extern "C" void svm_vmsave(svm::Vmcb* vmcb);

namespace svm {

namespace {

struct Gate32 {
  u16 offset_low, selector;
  u8 ist, type;
  u16 offset_mid;
};
struct Gate64 {
  Gate32 low;
  u32 offset_high, reserved;
};

bool load_code(Vcpu& v, u16 selector, VmsaSegment& cs) {
  u64 d;
  if (!read_linear(v, v.save().gdtr.base + (selector & ~7u), &d, 8) || !(d >> 47 & 1)) return false;
  cs.selector = selector;
  cs.attributes = static_cast<u16>((d >> 40 & 0xff) | (d >> 44 & 0xf00));
  cs.base = (d >> 16 & 0xff'ffff) | (d >> 32 & 0xff00'0000);
  cs.limit = static_cast<u32>((d & 0xffff) | (d >> 32 & 0xf0000));
  if (d >> 55 & 1) cs.limit = cs.limit << 12 | 0xfff;
  return true;
}

struct Event {
  u8 vector;
  bool has_error_code;
  u64 error_code;
};

constexpr u64 cleared_flags = 0x100 | 0x200 | 0x4000 | 0x1'0000 | 0x2'0000;  // TF, IF, NT, RF, VM

bool deliver_64(Vcpu& v, const Event& e) {
  VmcbSave& s = v.save();
  Gate64 gate;
  if (!read_linear(v, s.idtr.base + e.vector * 16, &gate, 16) || !(gate.low.type & 0x80)) return false;
  VmsaSegment cs;
  if (!load_code(v, gate.low.selector, cs)) return false;
  const u8 target = cs.attributes >> 5 & 3;
  u64 stack = s.rsp;
  if ((gate.low.ist & 7) || target != s.cpl) {
    svm_vmsave(&v.vmcb());
    const u64 slot = (gate.low.ist & 7) ? 0x24 + (gate.low.ist & 7) * 8 - 8 : 4 + target * 8u;
    if (!read_linear(v, s.tr.base + slot, &stack, 8)) return false;
  }
  const u64 frame[] = {e.error_code, s.rip, s.cs.selector, s.rflags, s.rsp, s.ss.selector};
  const usize bytes = sizeof frame - (e.has_error_code ? 0 : sizeof *frame);
  stack = (stack & ~15ull) - bytes;
  if (!write_linear(v, stack, frame + !e.has_error_code, bytes)) return false;
  if (target != s.cpl) s.ss = {target, static_cast<u16>(0xc93 | target << 5), ~0u, 0};
  s.cs = cs;
  s.cs.selector = static_cast<u16>((gate.low.selector & ~3) | target);
  s.cpl = target;
  s.rip = u64{gate.offset_high} << 32 | u64{gate.low.offset_mid} << 16 | gate.low.offset_low;
  v.reg(rsp) = s.rsp = stack;
  if ((gate.low.type & 15) == 14) s.rflags &= ~rflags_interrupts;
  s.rflags &= ~(cleared_flags & ~rflags_interrupts);
  return true;
}

// Protected mode without paging, where a reset vector detects its guest type. No change of privilege.
bool deliver_32(Vcpu& v, const Event& e) {
  VmcbSave& s = v.save();
  Gate32 gate;
  if (!read_linear(v, s.idtr.base + e.vector * 8, &gate, 8) || !(gate.type & 0x80)) return false;
  VmsaSegment cs;
  if (!load_code(v, gate.selector, cs)) return false;
  const u32 frame[] = {static_cast<u32>(e.error_code), static_cast<u32>(s.rip), s.cs.selector, static_cast<u32>(s.rflags)};
  const usize bytes = sizeof frame - (e.has_error_code ? 0 : sizeof *frame);
  const u64 stack = (s.rsp - bytes) & 0xffff'ffff;
  if (!write_linear(v, s.ss.base + stack, frame + !e.has_error_code, bytes)) return false;
  s.cs = cs;
  s.rip = u64{gate.offset_mid} << 16 | gate.offset_low;
  v.reg(rsp) = s.rsp = stack;
  s.rflags &= ~cleared_flags;
  return true;
}

bool deliver(Vcpu& v, const Event& e) {
  v.vmcb().int_state = 0;
  if (v.long_mode()) return deliver_64(v, e);
  return (v.save().cr0 & cr0_pe) && deliver_32(v, e);
}

}  // namespace

bool deliver(Vcpu& v, u8 vector, u64 error_code) { return deliver(v, {vector, true, error_code}); }
bool deliver_interrupt(Vcpu& v, u8 vector) { return deliver(v, {vector, false, 0}); }

}  // namespace svm

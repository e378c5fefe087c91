// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/host/pool.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/decode.hpp"
#include "tests/machine/svm/guest_memory.hpp"
#include "tests/machine/svm/views.hpp"

// PVALIDATE and RMPADJUST [apm3 chapter 4; apm2 §15.36.5, §15.36.6].
namespace snp {

namespace {

using namespace svm;
using report::Violation;
enum Outcome : u32 { ok = 0, fail_input = 1, fail_permission = 2, fail_in_use = 3, fail_size = 6 };

void finish(Vcpu& v, u32 result, bool carry, unsigned length) {
  if (host::parameters().verbose || (result && result != fail_in_use))
    report::event("rmp-instruction", v.apic_id, "\"rip\": \"0x%x\", \"rax\": \"0x%x\", \"rcx\": \"0x%x\", \"rdx\": \"0x%x\", \"result\": %d",
                  v.save().rip, v.reg(rax), v.reg(rcx), v.reg(rdx), result);
  v.reg(rax) = result;
  u64& flags = v.save().rflags;
  flags = (flags & ~(rflags_carry | rflags_zero)) | (carry ? rflags_carry : 0) | (result ? 0 : rflags_zero);
  v.skip(length);
}

struct Target {
  u64 gpa = 0;
  bool large = false;
  Outcome outcome = ok;
  bool fault = false;  // #PF or #GP instead of a result
};

Target target_of(Vcpu& v, Violation wrong_size) {
  Target t;
  // Bits 11:0 of the address are ignored; OVMF relies on it for its RMPADJUST probe.
  const u64 linear = (v.long_mode() ? v.reg(rax) : static_cast<u32>(v.reg(rax))) & ~4095ull;
  const u32 size = static_cast<u32>(v.reg(rcx));
  t.large = size == 1;
  if (size > 1 || (t.large && linear % 2_MiB)) {
    t.outcome = fail_input;
    report::violation(wrong_size, v.apic_id, linear, v.save().rip);
    return t;
  }
  const Translation where = translate(v, linear);
  t.fault = !where.ok;
  t.gpa = where.gpa;
  return t;
}

// The RMP entry is the guest's: the first alone when its size does not fit, for then nothing else is looked at.
bool assigned(Vcpu& v, const Target& t) {
  const rmp::Entry* first = rmp::find(t.gpa);
  const u64 bytes = t.large && !(first && first->assigned && !first->large) ? 2_MiB : 4096;
  for (u64 gpa = t.gpa; gpa < t.gpa + bytes; gpa += 4096) {
    rmp::Entry* e = rmp::find(gpa);
    if (e && e->assigned) continue;
    if (e && e->tampered) {  // the host had not done what it said, and does it now
      svm::views::unmap_shared(gpa);
      rmp::assign(gpa, t.large);
      continue;
    }
    // On hardware this is a nested page fault to the host, with no way for the guest to go on.
    report::violation(Violation::validate_unassigned, v.apic_id, gpa, v.save().rip);
    if (!e) return false;
    rmp::assign(gpa, t.large);
  }
  return true;
}

void pvalidate(Vcpu& v, unsigned length) {
  const Target t = target_of(v, Violation::pvalidate_size);
  if (t.fault || v.save().cpl) return inject(v, event_exception | event_error_code | 13);
  if (t.outcome || v.reg(rdx) > 1 || !assigned(v, t)) return finish(v, fail_input, false, length);
  const bool validate = v.reg(rdx) & 1;
  if (lies::chosen().pvalidate) switch (lies::chosen().pvalidate(v, t.gpa, t.large, validate)) {
      case lies::Pvalidate::honest: break;
      case lies::Pvalidate::size_mismatch: return finish(v, fail_size, false, length);
      case lies::Pvalidate::invalid_input: return finish(v, fail_input, false, length);
      case lies::Pvalidate::unchanged: return finish(v, ok, true, length);
    }
  rmp::Entry& first = *rmp::find(t.gpa);
  if (t.large && !first.large) {
    ++report::counts().pvalidate_mismatch;
    return finish(v, fail_size, false, length);
  }
  if (!t.large && first.large) rmp::smash(t.gpa);
  if (first.validated == validate) {
    ++report::counts().pvalidate_no_change;
    report::violation(validate ? Violation::double_validation : Violation::double_rescind, v.apic_id, t.gpa, v.save().rip);
    return finish(v, ok, true, length);
  }
  ++report::counts().pvalidate[validate][t.large];
  if (validate) ++report::counts().validated_by[v.apic_id % host::cpus_max];
  for (u64 gpa = t.gpa; gpa < t.gpa + (t.large ? 2_MiB : 4096); gpa += 4096) {
    rmp::Entry& e = *rmp::find(gpa);
    e.validated = validate;
    if (!validate) e.vmsa = e.walk_alias = e.fetch_alias = 0;
    rmp::refresh(gpa);
  }
  if (!validate) flush_others(v);
  if (lies::chosen().validated && validate) lies::chosen().validated(v, t.gpa);
  finish(v, ok, false, length);
}

// Permissions of other VMPLs are kept but not enforced: every processor of this model runs at VMPL 0.
void rmpadjust(Vcpu& v, unsigned length) {
  ++report::counts().rmpadjust;
  const Target t = target_of(v, Violation::rmpadjust_size);
  if (t.fault || v.save().cpl) return inject(v, event_exception | event_error_code | 13);
  const u64 vmpl = v.reg(rdx) & 0xff, mask = v.reg(rdx) >> 8 & 0xff;
  if (t.outcome || vmpl > 3 || mask > 15 || v.reg(rdx) >> 17 || !assigned(v, t)) return finish(v, fail_input, false, length);
  if (vmpl == 0) return finish(v, fail_permission, false, length);
  rmp::Entry& e = *rmp::find(t.gpa);
  if (t.large && !e.large) return finish(v, fail_size, false, length);
  if (!t.large && e.large) rmp::smash(t.gpa);
  if (!e.validated) {
    report::violation(Violation::access_unvalidated, v.apic_id, t.gpa, v.save().rip);
    return finish(v, fail_input, false, length);
  }
  if (e.vmsa && !release_save_area(v, t.gpa)) return finish(v, fail_in_use, false, length);
  const unsigned shift = static_cast<unsigned>(vmpl - 1) * 4;
  e.permissions = (e.permissions & ~(15u << shift)) | static_cast<u32>(mask << shift);
  e.vmsa = v.reg(rdx) >> 16 & 1;
  finish(v, ok, false, length);
}

}  // namespace

void undefined_opcode(Vcpu& v) {
  const Instruction i = decode(v);
  if (is_snp() && i.opcode == Opcode::pvalidate) return pvalidate(v, i.length);
  if (is_snp() && i.opcode == Opcode::rmpadjust) return rmpadjust(v, i.length);
  inject(v, event_exception | 6);
}

}  // namespace snp

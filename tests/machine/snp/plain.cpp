// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/ghcb_msr.hpp"
#include "tests/machine/host/devices.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/svm/decode.hpp"
#include "tests/machine/svm/guest_memory.hpp"

// A guest whose state the host may read: it emulates what it intercepts.
namespace snp {

namespace {

using namespace svm;

void emulate_cpuid(Vcpu& v) {
  const Registers r = cpuid(static_cast<u32>(v.reg(rax)), static_cast<u32>(v.reg(rcx)));
  v.reg(rax) = r.eax;
  v.reg(rbx) = r.ebx;
  v.reg(rcx) = r.ecx;
  v.reg(rdx) = r.edx;
  v.skip(decode(v).length);
}

void emulate_msr(Vcpu& v) {
  const u32 index = static_cast<u32>(v.reg(rcx));
  if (!(v.vmcb().exit_info_1 & 1)) {
    const u64 value = index == cc::sev::msr::sev_status ? sev_status() : 0;
    v.reg(rax) = static_cast<u32>(value);
    v.reg(rdx) = value >> 32;
  }
  v.skip(decode(v).length);
}

// String forms with the flat segments and the rising addresses that firmware and kernels use.
bool string_io(Vcpu& v, u16 port, unsigned bytes, bool in, bool repeat) {
  u64& address = v.reg(in ? rdi : rsi);
  const u64 base = in ? v.save().es.base : v.save().ds.base;
  u64 count = repeat ? v.reg(rcx) : 1;
  for (; count; --count, address += bytes) {
    u32 value = in ? host::port_in(v, port, bytes) : 0;
    if (!(in ? write_linear(v, base + address, &value, bytes) : read_linear(v, base + address, &value, bytes))) return false;
    if (!in) host::port_out(v, port, bytes, value);
  }
  if (repeat) v.reg(rcx) = 0;
  return true;
}

void emulate_io(Vcpu& v) {
  const u64 info = v.vmcb().exit_info_1;
  const u16 port = static_cast<u16>(info >> 16);
  const unsigned bytes = info & cc::sev::ioio_size_8 ? 1 : info & cc::sev::ioio_size_16 ? 2 : 4;
  const bool in = info & cc::sev::ioio_in;
  if (info & cc::sev::ioio_string) {
    if (!string_io(v, port, bytes, in, info & cc::sev::ioio_rep)) report::end(host::End::host_fault, "string I/O to unmapped memory");
  } else if (in) {
    const u64 mask = bytes == 4 ? ~0ull : (1ull << bytes * 8) - 1;
    v.reg(rax) = (bytes == 4 ? 0 : v.reg(rax) & ~mask) | (host::port_in(v, port, bytes) & mask);
  } else {
    host::port_out(v, port, bytes, static_cast<u32>(v.reg(rax)));
  }
  v.save().rip = v.vmcb().exit_info_2;
  v.vmcb().int_state = 0;
}

// Only the interrupt controller's page is kept from the guest.
void emulate_mmio(Vcpu& v) {
  const u64 gpa = v.vmcb().exit_info_2 & ~c_bit;
  const Instruction i = decode(v);
  const u64 mask = i.bytes == 8 ? ~0ull : (1ull << i.bytes * 8) - 1;
  u64 value = i.immediate ? i.value : v.reg(i.operand) & mask;
  const bool done = i.opcode == Opcode::mov &&
                    (i.to_memory ? host::mmio_write(v, gpa, i.bytes, value) : host::mmio_read(v, gpa, i.bytes, value));
  if (!done) {
    report::event("mmio", v.apic_id, "\"gpa\": \"0x%x\", \"rip\": \"0x%x\"", gpa, v.save().rip);
    report::end(host::End::host_fault, "MMIO by an instruction unknown");
  }
  if (!i.to_memory) v.reg(i.operand) = i.bytes >= 4 ? value : (v.reg(i.operand) & ~mask) | value;
  v.skip(i.length);
}

void run_exit(Vcpu& v) {
  switch (v.vmcb().exit_code) {
    case exit_code::cpuid: return emulate_cpuid(v);
    case exit_code::msr: return emulate_msr(v);
    case exit_code::ioio: return emulate_io(v);
    case exit_code::npf:
      ++report::counts().npf;
      if (!choose_view(v)) emulate_mmio(v);
      return;
    default: return inject(v, event_exception | 6);
  }
}

void init(Vcpu& sender, Vcpu& target) {
  target.state = RunState::held;
  flush_others(sender);
}

void sipi(Vcpu& target, u8 vector) {
  if (!target.present || target.state == RunState::running) return;
  cc::sev::Vmsa vmsa{};
  vmsa.es = vmsa.ss = vmsa.ds = vmsa.fs = vmsa.gs = {0, 0x93, 0xffff, 0};
  vmsa.cs = {static_cast<u16>(vector << 8), 0x9b, 0xffff, static_cast<u64>(vector) << 12};
  vmsa.gdtr = vmsa.idtr = {0, 0, 0xffff, 0};
  vmsa.ldtr = {0, 0x82, 0xffff, 0};
  vmsa.tr = {0, 0x8b, 0xffff, 0};
  vmsa.efer = efer_svme;
  vmsa.cr0 = 0x10;
  vmsa.dr7 = 0x400;
  vmsa.dr6 = 0xffff'0ff0;
  vmsa.rflags = 2;
  vmsa.g_pat = 0x0007'0406'0007'0406;
  vmsa.rdx = cpuid(1, 0).eax;
  load(target, vmsa);
  target.state = RunState::running;
  wake(target);
}

}  // namespace

const svm::Model plain_model{run_exit, init, sipi};

}  // namespace snp

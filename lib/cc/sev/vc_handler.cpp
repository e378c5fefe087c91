// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/vc_handler.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/sev/events.hpp"
#include "lib/cc/sev/ghcb_msr.hpp"
#include "lib/cc/sev/ghcb_page.hpp"
#include "lib/cc/sev/instruction.hpp"
#include "lib/cc/sev/mmio_access.hpp"

namespace cc::sev {
namespace {

using arch::InterruptFrame;

constexpr u32 svsm_calling_area_msr = 0xc001'f000;
constexpr u64 dr7_default = 0x400;
constexpr u64 status_debug_virtualization = 1 << 7;

// The boot processor's. Nobody debugs the others in firmware: theirs reads as at reset.
constinit u64 dr7 = dr7_default;

// Of a handler's work nothing traps. A second #VC is the host's, and would take the GHCB from under the first, or, with
// more of its kind, the stack.
class Handling {
 public:
  Handling() {
    if (handles_exception()) terminate(Reason::vc_nested);
    note_exception(true);
  }
  ~Handling() { note_exception(false); }
};

void set_low(u64& reg, u64 value, unsigned bytes) {
  if (bytes >= 4)
    reg = bytes == 4 ? value & 0xffff'ffff : value;
  else
    reg = (reg & ~((1ull << 8 * bytes) - 1)) | (value & ((1ull << 8 * bytes) - 1));
}

void do_cpuid(InterruptFrame& f) {
  const auto r = cpuid(static_cast<u32>(f.rax), static_cast<u32>(f.rcx));
  f.rax = r.eax;
  f.rbx = r.ebx;
  f.rcx = r.ecx;
  f.rdx = r.edx;
}

void do_msr(InterruptFrame& f, bool write) {
  const u32 index = static_cast<u32>(f.rcx);
  // The processor's own: no host can intercept them [apm2 §15.35.6].
  if (index == msr::ghcb || index == msr::sev_status) terminate(Reason::vc_unsupported);
  if (write) {
    if (index != svsm_calling_area_msr) msr_out(index, (f.rdx << 32) | (f.rax & 0xffff'ffff));
    return;
  }
  const u64 value = index == svsm_calling_area_msr ? 0 : msr_in(index);
  f.rax = value & 0xffff'ffff;
  f.rdx = value >> 32;
}

// Where the processor swaps debug registers itself, none of them traps.
void do_dr7(InterruptFrame& f, const Instruction& i, bool write) {
  if (arch::read_msr(msr::sev_status) & status_debug_virtualization) terminate(Reason::vc_unsupported);
  u64& reg = *i.general_register(f);
  if (!write)
    reg = on_boot_processor() ? dr7 : dr7_default;
  else if (on_boot_processor())
    dr7 = reg | dr7_default;
}

void do_port(InterruptFrame& f, const Instruction& i) {
  if (!i.string) {
    if (i.in)
      set_low(f.rax, port_in(i.port, i.bytes), i.bytes);
    else
      port_out(i.port, static_cast<u32>(f.rax), i.bytes);
    return;
  }
  const u64 step = f.rflags & (1 << 10) ? 0 - u64{i.bytes} : i.bytes;
  for (u64 left = i.rep ? f.rcx : 1; left; --left) {
    if (i.in) {
      const u32 value = port_in(i.port, i.bytes);
      __builtin_memcpy(reinterpret_cast<void*>(f.rdi), &value, i.bytes);
      f.rdi += step;
    } else {
      u32 value = 0;
      __builtin_memcpy(&value, reinterpret_cast<const void*>(f.rsi), i.bytes);
      port_out(i.port, value, i.bytes);
      f.rsi += step;
    }
  }
  if (i.rep) f.rcx = 0;
}

void do_counter(InterruptFrame& f, Exit code) {
  const bool has_rcx_in = code == Exit::rdpmc;
  auto answer = ghcb_call({.code = code, .has_rcx = has_rcx_in, .rcx = f.rcx});
  if (!answer) terminate(Reason::ghcb_bad_event);
  (*answer).require(true, false, code == Exit::rdtscp, true);
  f.rax = (*answer).rax & 0xffff'ffff;
  f.rdx = (*answer).rdx & 0xffff'ffff;
  if (code == Exit::rdtscp) f.rcx = (*answer).rcx & 0xffff'ffff;
}

void do_plain_exit(const InterruptFrame& f, Exit code) {
  const bool monitor = code == Exit::monitor, mwait = code == Exit::mwait, call = code == Exit::vmmcall;
  if (!ghcb_call({.code = code, .has_rax = monitor || mwait || call, .has_rcx = monitor || mwait, .has_rdx = monitor, .rax = f.rax,
                  .rcx = f.rcx, .rdx = f.rdx}))
    terminate(Reason::ghcb_bad_event);
}

void expect(const Instruction& i, Operation operation) {
  if (i.operation != operation) terminate(Reason::vc_wrong_opcode);
}

}  // namespace

bool handle_vc(InterruptFrame& f) {
  Handling guard;
  const auto code = static_cast<Exit>(f.error_code);
  if (code == Exit::page_not_validated) terminate(Reason::unvalidated_access);
  if (code == Exit::npf) {
    emulate_mmio(f);
    return true;
  }
  const Instruction i = decode(reinterpret_cast<const u8*>(f.rip), static_cast<u16>(f.rdx));
  switch (code) {
    case Exit::cpuid: expect(i, Operation::cpuid), do_cpuid(f); break;
    case Exit::msr:
      if (i.operation != Operation::rdmsr) expect(i, Operation::wrmsr);
      do_msr(f, i.operation == Operation::wrmsr);
      break;
    case Exit::ioio: expect(i, Operation::port), do_port(f, i); break;
    case Exit::rdtsc: expect(i, Operation::rdtsc), do_counter(f, code); break;
    case Exit::rdtscp: expect(i, Operation::rdtscp), do_counter(f, code); break;
    case Exit::rdpmc: expect(i, Operation::rdpmc), do_counter(f, code); break;
    case Exit::wbinvd: expect(i, Operation::wbinvd), do_plain_exit(f, code); break;
    case Exit::invd: expect(i, Operation::invd), do_plain_exit(f, code); break;
    case Exit::monitor: expect(i, Operation::monitor), do_plain_exit(f, code); break;
    case Exit::mwait: expect(i, Operation::mwait), do_plain_exit(f, code); break;
    case Exit::vmmcall: expect(i, Operation::vmmcall), do_plain_exit(f, code); break;
    case Exit::dr7_read: expect(i, Operation::read_dr7), do_dr7(f, i, false); break;
    case Exit::dr7_write: expect(i, Operation::write_dr7), do_dr7(f, i, true); break;
    default: terminate(Reason::vc_unsupported);
  }
  f.rip += i.length;
  return true;
}

}  // namespace cc::sev

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/svm/vcpu.hpp"
#include "tests/machine/svm/views.hpp"

// What a VMCB intercepts in each mode.
namespace svm {

namespace {

constexpr u32 msr_vm_hsave_pa = 0xc001'0117;

Vmcb* vmcbs;
u8* io_map;   // a bit per port
u8* msr_map;  // two bits per MSR: read, write [apm2 §15.11]

void set_msr(u32 index, bool intercepted) {
  const u32 block = index < 0x2000 ? 0 : index < 0xc001'0000 ? 1 : 2;
  const u32 bit = (block * 0x800) * 8 + (index & 0x1fff) * 2;
  const u8 mask = static_cast<u8>(3 << bit % 8);
  u8& at = msr_map[bit / 8];
  at = static_cast<u8>(intercepted ? at | mask : at & ~mask);
}

// What KVM lets an SEV-ES guest reach directly: state that the VMSA holds.
constexpr u32 direct_msrs[] = {0xc000'0080, 0xc000'0081, 0xc000'0082, 0xc000'0083, 0xc000'0084, 0xc000'0100, 0xc000'0101,
                               0xc000'0102, 0xc000'0103, 0x174,       0x175,       0x176,       0x277,       0xda0};

// What a plain guest must not reach unseen: CMOS, fw_cfg, its own end.
constexpr u16 watched_ports[] = {0x70, 0x71, 0x510, 0x511, 0x514, 0x518, 0x604, 0x5e0, 0x5f0, 0xcf9, 0x64};

void set_port(u16 port) { io_map[port / 8] |= static_cast<u8>(1 << port % 8); }

void make_maps(bool encrypted_state) {
  io_map = host::pool_array<u8>(0x3000);
  msr_map = host::pool_array<u8>(0x2000);
  if (encrypted_state) {
    for (u32 i = 0; i < 0x3000; ++i) io_map[i] = 0xff;
    for (u32 i = 0; i < 0x2000; ++i) msr_map[i] = 0xff;
    for (const u32 msr : direct_msrs) set_msr(msr, false);
    return;
  }
  for (const u16 port : watched_ports) set_port(port);
  set_msr(0xc001'0131, true);
  set_msr(msr_vm_hsave_pa, true);
}

}  // namespace

Vmcb& Vcpu::vmcb() const { return vmcbs[this - &vcpu(0)]; }

void prepare(Vcpu& v) {
  const bool encrypted_state = host::parameters().mode >= host::Mode::es;
  if (!vmcbs) {
    vmcbs = host::pool_array<Vmcb>(host::cpus_max);
    make_maps(encrypted_state);
  }
  arch::write_msr(msr_vm_hsave_pa, reinterpret_cast<u64>(host::pool_take(4096)));
  Vmcb& c = v.vmcb();
  c.misc_1 = intercept::nmi | intercept::ioio | intercept::msr | intercept::shutdown | intercept::cpuid;
  c.misc_2 = intercept::vmrun | intercept::vmmcall | intercept::vmload | intercept::vmsave | intercept::stgi | intercept::clgi;
  if (host::parameters().mode != host::Mode::plain) c.misc_1 |= intercept::cr0_selective;
  if (encrypted_state) {
    c.misc_1 |= intercept::rdpmc | intercept::invd;
    c.misc_2 |= intercept::wbinvd | intercept::monitor | intercept::mwait;
    if (host::parameters().intercept_tsc) {
      c.misc_1 |= intercept::rdtsc;
      c.misc_2 |= intercept::rdtscp;
    }
    c.dr_read = c.dr_write = 1 << 7;
    c.exceptions = 1 << 6;
  }
  c.iopm = reinterpret_cast<u64>(io_map);
  c.msrpm = reinterpret_cast<u64>(msr_map);
  c.asid = 1;
  c.np_enable = 1;
}

}  // namespace svm

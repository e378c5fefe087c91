// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "mp/local_apic.hpp"

#include "lib/base/bits.hpp"
#include "lib/cc/platform.hpp"
#include "lib/mp/topology.hpp"

namespace mp::apic {
namespace {

constexpr u32 msr_apic_base = 0x1b;
constexpr u64 base_x2apic = 1 << 10;
constexpr u32 msr_x2apic = 0x800, msr_command = 0x830;
constexpr u32 eoi = 0xb0, spurious = 0xf0, command_low = 0x300, command_high = 0x310;
constexpr u32 software_enable = 1 << 8, spurious_vector = 0x3f, spurious_at_reset = 0xff;

constinit bool x2apic = false;
constinit Gpa base;

void write(u32 reg, u32 value) {
  if (x2apic)
    cc::write_msr(msr_x2apic + (reg >> 4), value);
  else
    cc::mmio_write32(base + reg, value);
}

}  // namespace

void adopt_mode() {
  const u64 value = cc::read_msr(msr_apic_base);
  x2apic = value & base_x2apic;
  base = Gpa(value & Bits<51, 12>::mask);
}
void use_x2apic() { cc::write_msr(msr_apic_base, cc::read_msr(msr_apic_base) | base_x2apic); }
void join_mode() {
  if (x2apic) use_x2apic();
}

void enable() { write(spurious, software_enable | spurious_vector); }
void disable() { write(spurious, spurious_at_reset); }
void end_of_interrupt() { write(eoi, 0); }

void send(u32 apic_id, u32 command) {
  if (x2apic) return cc::write_msr(msr_command, u64{apic_id} << 32 | command);
  cc::mmio_write32(base + command_high, apic_id << 24);
  cc::mmio_write32(base + command_low, command);
}
void send_to_others(u32 command) { send(0, command | to_all_others); }

u32 own_id() { return topology::own_apic_id(cc::cpuid); }

}  // namespace mp::apic

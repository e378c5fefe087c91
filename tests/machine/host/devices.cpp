// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/host/devices.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/arch/io.hpp"
#include "tests/machine/host/hidden_ram.hpp"
#include "tests/machine/host/paging.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/svm/exit.hpp"
#include "tests/machine/svm/guest_memory.hpp"
#include "tests/machine/svm/views.hpp"

namespace host {

namespace {

constexpr u64 lapic = 0xfee0'0000, lapic_icr_low = 0x300, lapic_icr_high = 0x310;
constexpr u32 delivery_init = 5, delivery_sipi = 6;

bool own_port(u16 port) { return (port & 0xfff0) == report_port || (port & 0xfff0) == exit_port; }

// The guest's last words: nothing runs after these writes.
void watch_for_end(u16 port, unsigned bytes, u32 value) {
  if ((port & 0xfff0) == 0x600 && (port & 15) == 4 && bytes >= 2 && (value & 1 << 13))
    report::end(End::power_off, "ACPI");
  if ((port == 0xcf9 && (value & 4)) || (port == 0x64 && value == 0xfe)) report::end(End::reset, "reset port");
}

bool addressed(const svm::Vcpu& sender, const svm::Vcpu& target, u32 icr, u32 destination) {
  switch (icr >> 18 & 3) {
    case 0: return target.apic_id == destination;
    case 1: return &target == &sender;
    case 2: return true;
    default: return &target != &sender;
  }
}

// INIT and SIPI never reach the real processors, which run this host.
bool start_ipi(svm::Vcpu& v, u32 icr) {
  const u32 delivery = icr >> 8 & 7;
  if (delivery != delivery_init && delivery != delivery_sipi) return false;
  if (delivery == delivery_init && !(icr & 1 << 14)) return true;  // INIT level de-assert
  const u32 destination = arch::read32(lapic + lapic_icr_high) >> 24;
  for (u32 i = 0; i < svm::vcpu_count(); ++i) {
    svm::Vcpu& target = svm::vcpu(i);
    if (!addressed(v, target, icr, destination) || &target == &v) continue;
    if (delivery == delivery_init) svm::model().init(v, target);
    else svm::model().sipi(target, static_cast<u8>(icr));
  }
  return true;
}

bool is_device(u64 gpa) {
  const u64 end_of_ram = pool_base(parameters().memory) + pool_bytes;
  return !svm::views::is_ram(gpa) && !svm::views::is_private_rom(gpa) && gpa >= low_ram_end &&
         (gpa < 4_GiB || (gpa >= end_of_ram && gpa < svm::c_bit));
}

}  // namespace

u32 port_in(svm::Vcpu& v, u16 port, unsigned bytes) {
  report::count_port(port, true);
  if (own_port(port)) return ~0u;
  u32 value = bytes == 1 ? arch::in8(port) : bytes == 2 ? arch::in16(port) : arch::in32(port);
  value = hidden_ram::in(port, bytes, value);
  if (lies::chosen().port_in) lies::chosen().port_in(v, port, bytes, value);
  return value;
}

void port_out(svm::Vcpu& v, u16 port, unsigned bytes, u32 value) {
  report::count_port(port, false);
  if (own_port(port)) return;
  watch_for_end(port, bytes, value);
  hidden_ram::before_out(port, bytes, value);
  if (bytes == 1) arch::out8(port, static_cast<u8>(value));
  else if (bytes == 2) arch::out16(port, static_cast<u16>(value));
  else arch::out32(port, value);
  hidden_ram::after_out(port);
  if (lies::chosen().port_out) lies::chosen().port_out(v, port, bytes, value);
}

bool mmio_read(svm::Vcpu& v, u64 gpa, unsigned bytes, u64& value) {
  if (!is_device(gpa)) return false;
  ++report::counts().mmio_read;
  reach(gpa);
  switch (bytes) {
    case 1: value = arch::read8(gpa); break;
    case 2: value = arch::read16(gpa); break;
    case 4: value = arch::read32(gpa); break;
    case 8: value = arch::read64(gpa); break;
    default: return false;
  }
  if (lies::chosen().mmio_read) lies::chosen().mmio_read(v, gpa, bytes, value);
  return true;
}

bool mmio_write(svm::Vcpu& v, u64 gpa, unsigned bytes, u64 value) {
  if (svm::views::is_private_rom(gpa) && parameters().mode != Mode::snp) return true;  // ROM
  // No host of an SNP guest has an answer here. A lenient one lets it be RAM, in which firmware stops looking for flash.
  if (svm::views::is_private_rom(gpa) && parameters().lenient)
    return __builtin_memcpy(svm::views::pointer(gpa, true), &value, bytes), true;
  if (!is_device(gpa)) return false;
  ++report::counts().mmio_write;
  reach(gpa);
  if (gpa == lapic + lapic_icr_low && bytes == 4 && start_ipi(v, static_cast<u32>(value))) return true;
  switch (bytes) {
    case 1: arch::write8(gpa, static_cast<u8>(value)); return true;
    case 2: arch::write16(gpa, static_cast<u16>(value)); return true;
    case 4: arch::write32(gpa, static_cast<u32>(value)); return true;
    case 8: arch::write64(gpa, value); return true;
  }
  return false;
}

// QEMU answers 0 for what it does not know; only what would touch the host itself is kept from the processor.
u64 msr_read(svm::Vcpu& v, u32 index) {
  report::count_msr(index, false);
  if (index == 0xc001'0117 || index == 0xc001'0114) return 0;
  if (index == 0x1b) return arch::read_msr(index) & ~0x400ull;
  if (index == 0xda0) return 0;
  (void)v;
  return arch::read_msr(index);
}

void msr_write(svm::Vcpu&, u32 index, u64 value) {
  report::count_msr(index, true);
  const bool memory_type = (index >= 0x200 && index <= 0x26f) || index == 0x2ff || index == 0x277;
  if (memory_type || index == 0x10 || index == 0x6e0) arch::write_msr(index, value);
}

}  // namespace host

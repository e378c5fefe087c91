// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/pci/host_bridge.hpp"

#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"
#include "lib/pci/registers.hpp"

namespace pci {
namespace {

constexpr Bdf host{0, 0, 0};
constexpr u32 id_i440fx = 0x1237'8086, id_q35 = 0x29c0'8086;
constexpr u32 id_piix3_isa = 0x7000'8086, id_piix3_ide = 0x7010'8086, id_piix4_pm = 0x7113'8086, id_ich9_lpc = 0x2918'8086;
constexpr u8 pirq_irqs[4] = {10, 10, 11, 11};  // A..D, and on ICH9 again E..H; QEMU's tables offer 5, 10 and 11
constexpr u8 sci_irq = 9;

namespace q35 {  // [q35 §5.1.16] Intel 3 Series datasheet, DRAM controller
constexpr u16 pciexbar = 0x60;
constexpr u32 pciexbar_256_buses = 0u << 1, pciexbar_enable = 1;
}  // namespace q35
namespace ich9 {  // [ich9 §13.1] I/O controller hub 9 datasheet, LPC bridge
constexpr Bdf lpc{0, 31, 0};
constexpr u16 pmbase = 0x40, acpi_cntl = 0x44, pirq_a = 0x60, pirq_e = 0x68, rcba = 0xf0;
constexpr u8 acpi_cntl_enable = 0x80;
constexpr u32 rcba_value = 0xfed1'c001;
}  // namespace ich9
namespace piix {  // [piix4] 82371AB datasheet; PIIX3 routes as it does
constexpr Bdf isa{0, 1, 0}, ide{0, 1, 1}, pm{0, 1, 3};
constexpr u16 pirq_a = 0x60, pmba = 0x40, pmregmisc = 0x80, ide_timing = 0x40;
constexpr u8 pmregmisc_enable = 1;
constexpr u16 ide_timing_enable = 0x8000;  // decode the legacy ports
}  // namespace piix

constexpr u16 elcr = 0x4d0;  // edge/level control, master and slave
constexpr u32 io_enable = 1;

Gpa configure_q35() {
  write32(host, q35::pciexbar + 4, 0);
  write32(host, q35::pciexbar, static_cast<u32>(q35_ecam.raw()) | q35::pciexbar_256_buses | q35::pciexbar_enable);
  use_ecam(q35_ecam);
  // A host that swallows the write leaves the ports.
  const bool works = read32(host, reg::vendor_id) == id_q35;
  if (!works) {
    use_ecam(Gpa());
    log::warning("pci: the memory window for configuration space does not answer, using ports");
  }
  if (read32(ich9::lpc, reg::vendor_id) == id_ich9_lpc) {
    write32(ich9::lpc, ich9::pmbase, pm_base | io_enable);
    write8(ich9::lpc, ich9::acpi_cntl, ich9::acpi_cntl_enable);
    write32(ich9::lpc, ich9::rcba, ich9::rcba_value);
    for (u16 i = 0; i < 4; ++i) {
      write8(ich9::lpc, static_cast<u16>(ich9::pirq_a + i), pirq_irqs[i]);
      write8(ich9::lpc, static_cast<u16>(ich9::pirq_e + i), pirq_irqs[i]);
    }
  }
  return works ? q35_ecam : Gpa();
}

void configure_i440fx() {
  if (read32(piix::isa, reg::vendor_id) == id_piix3_isa)
    for (u16 i = 0; i < 4; ++i) write8(piix::isa, static_cast<u16>(piix::pirq_a + i), pirq_irqs[i]);
  if (read32(piix::ide, reg::vendor_id) == id_piix3_ide) {
    write16(piix::ide, piix::ide_timing, piix::ide_timing_enable);
    write16(piix::ide, piix::ide_timing + 2, piix::ide_timing_enable);
  }
  if (read32(piix::pm, reg::vendor_id) == id_piix4_pm) {
    write32(piix::pm, piix::pmba, pm_base | io_enable);
    write8(piix::pm, piix::pmregmisc, piix::pmregmisc_enable);
  }
}

// PCI interrupts are level-triggered; the SCI is set by the OS.
void set_level_triggered() {
  u16 levels = 0;
  for (u8 irq : pirq_irqs) levels |= static_cast<u16>(1u << irq);
  cc::out8(elcr, static_cast<u8>(levels));
  cc::out8(elcr + 1, static_cast<u8>(levels >> 8));
}

}  // namespace

Chipset recognise() {
  switch (read32(host, reg::vendor_id)) {
    case id_i440fx: return Chipset::i440fx;
    case id_q35: return Chipset::q35;
  }
  return Chipset::unknown;
}

Gpa configure(Chipset chipset) {
  use_ecam(Gpa());
  Gpa ecam;
  switch (chipset) {
    case Chipset::q35: ecam = configure_q35(); break;
    case Chipset::i440fx: configure_i440fx(); break;
    case Chipset::unknown: return ecam;
  }
  set_level_triggered();
  return ecam;
}

u8 irq_of(Chipset chipset, const Device& device, u8 pin) {
  const Device* d = &device;
  unsigned line = pin - 1u;
  for (; d->parent; d = d->parent) line += d->bdf.device;
  const unsigned slot = d->bdf.device;
  switch (chipset) {
    case Chipset::i440fx: return pirq_irqs[(line + slot + 3) & 3];  // slot 1 begins with A
    case Chipset::q35: return pirq_irqs[(line + (slot < 25 ? slot : 0)) & 3];  // 25..31 are on the chip: pin A is PIRQ A
    case Chipset::unknown: break;
  }
  return 0xff;
}

void route_interrupts(Topology& topology) {
  for (Device* d = topology.first; d; d = d->next) {
    if (!d->interrupt_pin) continue;
    const bool sci = topology.chipset == Chipset::i440fx && (u32{d->device} << 16 | d->vendor) == id_piix4_pm;
    d->interrupt_line = sci ? sci_irq : irq_of(topology.chipset, *d, d->interrupt_pin);
    write8(d->bdf, reg::interrupt_line, d->interrupt_line);
  }
}

}  // namespace pci

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ahci/adapter.hpp"

#include "lib/ahci/registers.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/pci/registers.hpp"

namespace ahci {

Result<> Adapter::open(const pci::Device& device, Patience patience) {
  constexpr unsigned abar = 5;
  const pci::Resource& bar = device.bars[abar];
  if (bar.kind == pci::Resource::Kind::none || bar.io() || !bar.placed || bar.size < first_port + port_stride) return Error::unsupported;
  registers_ = Gpa(bar.address);
  register_bytes_ = bar.size;
  constexpr u16 on = pci::reg::command_memory | pci::reg::command_bus_master;
  pci::write16(device.bdf, pci::reg::command, pci::read16(device.bdf, pci::reg::command) | on);

  cc::mmio_write32(registers_ + host::control, host::enable);
  cc::mmio_write32(registers_ + host::control, host::enable | host::reset);
  const Deadline deadline(patience);
  while (cc::mmio_read32(registers_ + host::control) & host::reset) {
    if (deadline.passed()) return Error::timeout;
    arch::pause();
  }
  cc::mmio_write32(registers_ + host::control, host::enable);
  dma_limit_ = Gpa(host::addresses_64_bit::get(cc::mmio_read32(registers_ + host::capabilities)) ? 1ull << 52 : 4_GiB);
  ports_ = cc::mmio_read32(registers_ + host::ports_implemented);
  return {};
}

bool Adapter::has_port(unsigned number) const {
  return number < max_ports && (ports_ >> number & 1) && first_port + (number + 1) * port_stride <= register_bytes_;
}

Gpa Adapter::port_registers(unsigned number) const { return registers_ + (first_port + number * port_stride); }

}  // namespace ahci

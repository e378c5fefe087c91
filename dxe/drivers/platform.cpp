// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/platform.hpp"

#include "dxe/core/mapping.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/pool.hpp"
#include "lib/log/log.hpp"
#include "lib/pci/host_bridge.hpp"
#include "lib/pci/setup.hpp"

namespace drivers {
namespace {

constexpr u16 pm1a_control_offset = 4, pm_timer_offset = 8;  // [acpi §4.8.3] as PIIX4 and ICH9 lay the block out

constinit pci::Topology topology{};

pci::Device* next_device(void*) {
  auto made = core::make<pci::Device>();
  return made ? *made : nullptr;
}

Gpa end_of_ram(const handoff::PeiToDxe& from_pei) {
  return from_pei.region_count ? from_pei.regions[from_pei.region_count - 1].range.end() : Gpa(0);
}

void map_or_panic(PageRange range) {
  if (!range.empty() && !core::map_mmio(range)) panic("no page tables for device memory");
}

PageRange used_part(const pci::Aperture& aperture) {
  return aperture.used > aperture.base ? PageRange::covering(aperture.base, aperture.used - aperture.base) : PageRange();
}

}  // namespace

pci::Topology& pci_topology() { return topology; }

PowerPorts init_chipset(const handoff::PeiToDxe& from_pei) {
  const pci::Chipset chipset = pci::recognise();
  if (chipset == pci::Chipset::unknown) cc::terminate(cc::Reason::unsupported_machine);
  const PageRange ecam(pci::q35_ecam, pci::ecam_bytes / page_bytes);
  if (chipset == pci::Chipset::q35) map_or_panic(ecam);

  const pci::Machine machine{.top_of_low_ram = from_pei.low_ram_end,
                             .top_of_ram = end_of_ram(from_pei),
                             .address_bits = pci::usable_address_bits(),
                             .device_space = from_pei.device_space};
  pci::setup(topology, machine, {nullptr, next_device});
  map_or_panic(used_part(topology.memory));
  map_or_panic(used_part(topology.memory64));
  // The OS uses ECAM only where the memory map does not offer it as something else.
  if (topology.ecam.raw() && !core::add_range(ecam, efi::MemoryType::reserved)) log::warning("ECAM overlaps RAM");
  return {pci::pm_base + pm_timer_offset, pci::pm_base + pm1a_control_offset, 0};
}

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/pci/topology.hpp"

namespace pci {

// What the address map of this machine is.
struct Machine {
  Gpa top_of_low_ram;    // end of RAM below 4 GiB
  Gpa top_of_ram;        // end of all RAM
  unsigned address_bits = 36;  // what page tables and the processor can reach
  // Host's wishes, from fw_cfg; read_host_wishes() fills them in.
  u64 reserved_memory_end = 0;  // hotplugged RAM may appear below
  u64 wanted_memory64 = 0;      // size, 0: no wish
  u64 extra_roots = 0;
  PageRange device_space{Gpa(4_GiB), (1ull << 46) / page_bytes - 4_GiB / page_bytes};  // where the host reserved nothing
};

// etc/reserved-memory-end, opt/ovmf/X-PciMmio64Mb and etc/extra-pci-roots. Nonsense is no wish.
void read_host_wishes(Machine& machine);
// How much physical address space is worth using, from CPUID [apm3 Fn8000_0008] and what four-level paging maps.
unsigned usable_address_bits();

// Pure: the apertures of a machine. An aperture without room is empty.
Aperture io_aperture(Chipset chipset);
Aperture memory_aperture(Chipset chipset, const Machine& machine);
Aperture memory64_aperture(const Machine& machine);

}  // namespace pci

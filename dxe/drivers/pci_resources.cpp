// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/pci_resources.hpp"

namespace drivers {
namespace {
using Descriptor = AddressSpaceDescriptor;
}

// In the description of a BAR the maximum is its alignment [uefi §14.4 GetBarAttributes].
BarResources describe(const pci::Resource& bar) {
  BarResources out{};
  out.bar.type = bar.io() ? Descriptor::type_io : Descriptor::type_memory;
  out.bar.specific_flags = bar.prefetchable ? Descriptor::prefetchable : 0;
  out.bar.granularity = bar.io() ? 0 : bar.kind == pci::Resource::Kind::memory64 ? 64 : 32;
  out.bar.minimum = bar.address;
  out.bar.maximum = bar.size - 1;
  out.bar.size = bar.size;
  return out;
}

void RootResources::add(const Descriptor& descriptor) {
  __builtin_memcpy(bytes_ + used_, &descriptor, sizeof descriptor);
  used_ += sizeof descriptor;
}

void RootResources::add(u8 type, const pci::Aperture& aperture, u64 granularity) {
  if (aperture.base >= aperture.limit) return;
  Descriptor d{};
  d.type = type;
  d.granularity = granularity;
  d.minimum = aperture.base;
  d.maximum = aperture.limit - 1;
  d.size = aperture.limit - aperture.base;
  add(d);
}

void RootResources::init(const pci::Topology& topology, const pci::Bus& root) {
  used_ = 0;
  add(Descriptor::type_io, topology.io, 0);
  add(Descriptor::type_memory, topology.memory, 32);
  add(Descriptor::type_memory, topology.memory64, 64);
  add(Descriptor::type_bus, {root.number, u64{root.last} + 1, root.number}, 0);
  const EndTag end{};
  __builtin_memcpy(bytes_ + used_, &end, sizeof end);
}

}  // namespace drivers

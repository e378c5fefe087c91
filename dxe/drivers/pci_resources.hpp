// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/pci/topology.hpp"

// Resource lists as the PCI protocols hand them out: ACPI QWORD address space descriptors and an end tag
// [uefi §14.2.1, acpi §6.4.3.5.1].
namespace drivers {

using namespace base;

struct [[gnu::packed]] AddressSpaceDescriptor {
  static constexpr u8 type_memory = 0, type_io = 1, type_bus = 2;
  static constexpr u8 prefetchable = 0x06;
  u8 tag = 0x8a;
  u16 length = 0x2b;
  u8 type = 0;
  u8 general_flags = 0;
  u8 specific_flags = 0;
  u64 granularity = 0;  // for memory: the width of the address in bits
  u64 minimum = 0;
  u64 maximum = 0;
  u64 translation = 0;
  u64 size = 0;
};
static_assert(sizeof(AddressSpaceDescriptor) == 46);

struct [[gnu::packed]] EndTag {
  u8 tag = 0x79;
  u8 checksum = 0;
};
static_assert(sizeof(EndTag) == 2);

struct [[gnu::packed]] BarResources {
  AddressSpaceDescriptor bar;
  EndTag end;
};
BarResources describe(const pci::Resource& bar);

// Buses and apertures of a root; apertures without room are left out.
class RootResources {
 public:
  void init(const pci::Topology& topology, const pci::Bus& root);
  void* list() { return bytes_; }

 private:
  void add(const AddressSpaceDescriptor& descriptor);
  void add(u8 type, const pci::Aperture& aperture, u64 granularity);
  u8 bytes_[4 * sizeof(AddressSpaceDescriptor) + sizeof(EndTag)];
  u8 used_;
};

}  // namespace drivers

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"
#include "lib/efi/memory.hpp"

// What SetVirtualAddressMap was given [uefi §8.4], read in place: the operating system's own memory, which is
// as trusted as the caller.
namespace virtual_map {

using namespace base;

// One entry of the memory map as ExitBootServices left it.
struct Region {
  PageRange range;
  bool runtime;
};

class VirtualMap {
 public:
  constexpr VirtualMap() = default;
  static Result<VirtualMap> make(u64 map_size, u64 descriptor_size, u32 descriptor_version,
                                 const efi::MemoryDescriptor* map);

  // Every runtime region has a virtual address (else no_mapping), and every address given is one of the
  // memory map (else not_found). An empty memory map is one that nobody kept: then nothing is refused.
  Result<> check(std::span<const Region> memory_map) const;

  Result<u64> convert(u64 address) const;

 private:
  efi::MemoryDescriptor entry(u64 index) const;
  // The runtime entry that holds the address; its number_of_pages is 0 when there is none.
  efi::MemoryDescriptor holding(u64 address) const;

  const u8* first_ = nullptr;
  u64 stride_ = 0;
  u64 count_ = 0;
};

}  // namespace virtual_map

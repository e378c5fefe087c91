// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtual_map/virtual_map.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace base;
using efi::MemoryDescriptor;
using efi::MemoryType;
using virtual_map::Region;
using virtual_map::VirtualMap;

constexpr u64 runtime = efi::memory_attribute::runtime;

MemoryDescriptor entry(u64 physical, u64 pages, u64 virtual_address, u64 attribute = runtime) {
  return {MemoryType::runtime_services_data, 0, physical, virtual_address, pages, attribute};
}
VirtualMap map_of(const std::vector<MemoryDescriptor>& entries) {
  return *VirtualMap::make(entries.size() * sizeof entries[0], sizeof entries[0], 1, entries.data());
}
Region region(u64 start, u64 pages, bool is_runtime) { return {PageRange(Gpa(start), pages), is_runtime}; }

TEST(VirtualMapTest, ChecksItsParameters) {
  const MemoryDescriptor one = entry(0x1000, 1, 0x2000);
  EXPECT_TRUE(VirtualMap::make(40, 40, 1, &one));
  EXPECT_EQ(VirtualMap::make(40, 40, 2, &one).error(), Error::invalid_parameter);
  EXPECT_EQ(VirtualMap::make(40, 39, 1, &one).error(), Error::invalid_parameter);
  EXPECT_EQ(VirtualMap::make(40, 40, 1, nullptr).error(), Error::invalid_parameter);
}

TEST(VirtualMapTest, ConvertsWithinRuntimeEntriesOnly) {
  const std::vector<MemoryDescriptor> entries = {entry(0x1000, 2, 0xffff'8000'0000'0000), entry(0x5000, 1, 0x9000, 0)};
  const VirtualMap map = map_of(entries);
  EXPECT_EQ(*map.convert(0x1000), 0xffff'8000'0000'0000);
  EXPECT_EQ(*map.convert(0x2fff), 0xffff'8000'0000'1fff);
  for (const u64 address : {0xfffull, 0x3000ull, 0x5000ull, 0ull, ~0ull})
    EXPECT_EQ(map.convert(address).error(), Error::not_found) << address;
}

TEST(VirtualMapTest, StepsByTheGivenDescriptorSize) {
  struct Larger {
    MemoryDescriptor descriptor;
    u64 more;
  } const entries[] = {{entry(0x1000, 1, 0x10'1000), ~0ull}, {entry(0x7000, 1, 0x10'7000), ~0ull}};
  auto map = VirtualMap::make(sizeof entries, sizeof entries[0], 1, &entries[0].descriptor);
  EXPECT_EQ(*map->convert(0x7010), 0x10'7010u);
}

TEST(VirtualMapTest, EveryRuntimeRegionNeedsAMapping) {
  const std::vector<Region> memory = {region(0, 16, false), region(0x1'0000, 4, true), region(0x1'4000, 4, true)};
  // Two regions in one entry, and one region in two entries, are fine.
  EXPECT_TRUE(map_of({entry(0x1'0000, 8, 0x100'0000)}).check(memory));
  EXPECT_TRUE(map_of({entry(0x1'0000, 1, 0x100'0000), entry(0x1'1000, 7, 0x200'0000)}).check(memory));
  EXPECT_EQ(map_of({entry(0x1'0000, 4, 0x100'0000)}).check(memory).error(), Error::no_mapping);
  EXPECT_EQ(map_of({entry(0x1'0000, 7, 0x100'0000)}).check(memory).error(), Error::no_mapping);
  EXPECT_EQ(map_of({entry(0x1'0000, 8, 0x100'0000, 0)}).check(memory).error(), Error::no_mapping);
  EXPECT_EQ(map_of({entry(0, 1, 0, 0)}).check(memory).error(), Error::no_mapping);
}

TEST(VirtualMapTest, OnlyAddressesOfTheMemoryMapMayBeGiven) {
  const std::vector<Region> memory = {region(0, 16, false), region(0x1'0000, 4, true)};
  const MemoryDescriptor needed = entry(0x1'0000, 4, 0x100'0000);
  EXPECT_TRUE(map_of({needed, entry(0x2000, 1, 0x200'0000)}).check(memory));
  EXPECT_EQ(map_of({needed, entry(0x2'0000, 1, 0x200'0000)}).check(memory).error(), Error::not_found);
  EXPECT_EQ(map_of({needed, entry(0xf000, 6, 0x200'0000)}).check(memory).error(), Error::not_found);
  EXPECT_TRUE(map_of({needed, entry(0x2'0000, 1, 0x200'0000, 0)}).check(memory));
}

}  // namespace

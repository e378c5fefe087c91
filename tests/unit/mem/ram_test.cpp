// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/ram.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/fakes/machine.hpp"

namespace {

using namespace base;

constexpr mem::Tag ram{1, 0};

class Ram : public testing::Test {
 protected:
  Ram() {
    map.init([](Gpa) -> void* { return nullptr; }, ram, {2, 0});
    fakes::take_log();
  }
  std::string text() {
    std::string s;
    for (auto* r = map.first(); r; r = map.next(*r)) {
      char line[64];
      snprintf(line, sizeof line, "%lx-%lx ", r->range.start().raw(), r->range.end().raw());
      s += line;
    }
    return s;
  }
  mem::RegionMap map;
};

TEST_F(Ram, UsualList) {
  const mem::E820Entry list[] = {{0, 0x20000000, 1}, {0xfeffc000, 0x4000, 2}, {4_GiB, 2_GiB, 1}};
  ASSERT_TRUE(mem::add_e820_ram(map, list, ram));
  EXPECT_EQ(text(), "0-a0000 100000-20000000 100000000-180000000 ");
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(Ram, ReservedWinsInAnyOrder) {
  const mem::E820Entry list[] = {{0x300800, 0x1000, 2}, {0x100000, 0x700000, 1}};
  ASSERT_TRUE(mem::add_e820_ram(map, list, ram));
  EXPECT_EQ(text(), "100000-300000 302000-800000 ");
  EXPECT_EQ(fakes::take_log(), "ashlar: e820: 0x300000..0x302000 is both RAM and reserved; not used\n");
}

// The host cannot take the firmware's own early RAM away and give it out at the same time.
TEST_F(Ram, ReservedOverEverythingLeavesNoRam) {
  const mem::E820Entry list[] = {{0, 0x80000000, 1}, {0, 1ull << 45, 2}};
  EXPECT_EQ(mem::add_e820_ram(map, list, ram).error(), Error::not_found);
  EXPECT_EQ(text(), "");
}

TEST_F(Ram, OverlapsWrapsAndNonsenseAreLeftOut) {
  const mem::E820Entry list[] = {{0x100000, 0x100000, 1}, {0x180000, 0x100000, 1}, {~0ull - 10, 0x100, 1}, {0x400000, ~0ull, 1}, {0x500000, 0, 1}, {0x600001, 0xffe, 1}};
  ASSERT_TRUE(mem::add_e820_ram(map, list, ram));
  EXPECT_EQ(text(), "100000-200000 ");
  EXPECT_EQ(fakes::take_log(),
            "ashlar: e820: RAM 0x180000..0x280000 left out: it overlaps other RAM\n"
            "ashlar: e820: entry at 0xfffffffffffffff5 of 0x100 bytes left out: outside the address space\n"
            "ashlar: e820: entry at 0x400000 of 0xffffffffffffffff bytes left out: outside the address space\n");
}

TEST_F(Ram, DevicesGoIntoTheFirstLargeGap) {
  constexpr u64 g = 1_GiB, top = 1ull << 46;
  const auto space = [](std::initializer_list<mem::E820Entry> list) { return mem::device_space({list.begin(), list.size()}); };
  const mem::E820Entry hyper_transport{0xfd'0000'0000, 0x3'0000'0000, 2};
  EXPECT_EQ(space({{0, 2 * g, 1}}), PageRange::inside(4 * g, top));
  EXPECT_EQ(space({{0, 2 * g, 1}, {4 * g, 8 * g, 1}, hyper_transport}), PageRange::inside(12 * g, 0xfd'0000'0000));
  EXPECT_EQ(space({{4 * g, 980 * g, 1}, hyper_transport}), PageRange::inside(1024 * g, top));
  EXPECT_EQ(space({hyper_transport, {9 * g, g, 2}, {4 * g, g, 1}, {5 * g, 3 * g, 2}}), PageRange::inside(10 * g, 0xfd'0000'0000));
  EXPECT_EQ(space({{~0ull - 10, 0x100, 2}, {1ull << 50, 1, 2}, {0, ~0ull, 2}}), PageRange::inside(4 * g, top));
  EXPECT_TRUE(space({{4 * g, top - 5 * g, 2}}).empty());
  std::vector<mem::E820Entry> comb;
  for (u64 at = 4 * g; at < top; at += top / 128) comb.push_back({at, top / 128 - 63 * g, 2});
  EXPECT_TRUE(mem::device_space(comb).empty());
}

TEST_F(Ram, NothingUsable) {
  EXPECT_EQ(mem::add_e820_ram(map, {}, ram).error(), Error::not_found);
  const mem::E820Entry hole[] = {{0xa0000, 0x60000, 1}};
  EXPECT_EQ(mem::add_e820_ram(map, hole, ram).error(), Error::not_found);
}

TEST_F(Ram, Cmos) {
  ASSERT_TRUE(mem::add_cmos_ram(map, {0xfc00, 0x1f00, 0x10000}, ram));
  EXPECT_EQ(text(), "0-a0000 100000-20000000 100000000-200000000 ");
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/region_map.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tests/unit/mem/region_map_model.hpp"

namespace {

using namespace base;
using mem::Limits, mem::Placement, mem::RegionMap, mem::Tag;

constexpr Tag free_tag{1, 0}, node_tag{2, 0}, data{3, 0}, code{4, 7};

// RAM of any size: a page gets host memory when the map first asks for it.
struct alignas(64) Page {
  u8 bytes[page_bytes];
};
std::map<u64, std::unique_ptr<Page>> sparse_ram;
u64 mapped_below = ~0ull;
void* sparse(Gpa a) {
  if (a.raw() >= mapped_below) return nullptr;
  auto& page = sparse_ram[a.raw()];
  if (!page) page = std::make_unique<Page>();
  return page.get();
}

PageRange pages(u64 start, u64 count) { return {Gpa(start), count}; }

class RegionMapTest : public testing::Test {
 protected:
  RegionMapTest() {
    sparse_ram.clear();
    mapped_below = ~0ull;
    map.init(sparse, free_tag, node_tag);
  }
  std::string text() {
    std::string s;
    for (auto* r = map.first(); r; r = map.next(*r)) {
      char line[96];
      snprintf(line, sizeof line, "%lx-%lx:%u ", r->range.start().raw(), r->range.end().raw(), r->tag.type);
      s += line;
    }
    return s;
  }
  RegionMap map;
};

TEST_F(RegionMapTest, EmptyMapKnowsNothing) {
  EXPECT_EQ(map.first(), nullptr);
  EXPECT_EQ(map.find(Gpa(0)), nullptr);
  EXPECT_EQ(map.set(pages(0, 1), data).error(), Error::not_found);
  EXPECT_EQ(map.allocate(1, free_tag, data, Placement::top_down).error(), Error::out_of_resources);
}

TEST_F(RegionMapTest, AddMergesEqualNeighbours) {
  ASSERT_TRUE(map.add(pages(0x1000, 1), free_tag));
  ASSERT_TRUE(map.add(pages(0x3000, 1), free_tag));
  EXPECT_EQ(map.count(), 2u);
  ASSERT_TRUE(map.add(pages(0x2000, 1), free_tag));
  EXPECT_EQ(text(), "1000-4000:1 ");
  ASSERT_TRUE(map.add(pages(0x4000, 1), data));
  EXPECT_EQ(text(), "1000-4000:1 4000-5000:3 ");
}

TEST_F(RegionMapTest, AddRefusesOverlapEmptyAndWrapping) {
  ASSERT_TRUE(map.add(pages(0x10000, 16), free_tag));
  for (auto r : {pages(0x10000, 1), pages(0xf000, 2), pages(0x1f000, 5), pages(0, 0x100), pages(0x11000, 0), pages(0x11001, 1),
                 pages(~0ull << 12, 1), pages(0x1000, ~0ull >> 12), pages(0x1000, ~0ull)})
    EXPECT_EQ(map.add(r, data).error(), Error::invalid_parameter) << std::hex << r.start().raw();
  EXPECT_EQ(text(), "10000-20000:1 ");
}

TEST_F(RegionMapTest, ChangeSplitsAndHealsAgain) {
  ASSERT_TRUE(map.add(pages(0, 16), free_tag));
  ASSERT_TRUE(map.change(pages(0x4000, 2), free_tag, data));
  EXPECT_EQ(text(), "0-4000:1 4000-6000:3 6000-10000:1 ");
  EXPECT_EQ(map.change(pages(0x3000, 2), free_tag, data).error(), Error::not_found);
  EXPECT_EQ(map.change(pages(0x5000, 2), data, free_tag).error(), Error::not_found);
  ASSERT_TRUE(map.change(pages(0x4000, 1), data, free_tag));
  ASSERT_TRUE(map.change(pages(0x5000, 1), data, free_tag));
  EXPECT_EQ(text(), "0-10000:1 ");
}

TEST_F(RegionMapTest, SetCrossesRegionsButNotHoles) {
  ASSERT_TRUE(map.add(pages(0, 4), free_tag));
  ASSERT_TRUE(map.add(pages(0x4000, 4), data));
  ASSERT_TRUE(map.add(pages(0x9000, 4), data));
  ASSERT_TRUE(map.set(pages(0x2000, 4), code));
  EXPECT_EQ(text(), "0-2000:1 2000-6000:4 6000-8000:3 9000-d000:3 ");
  EXPECT_EQ(map.set(pages(0x6000, 4), code).error(), Error::not_found);
  EXPECT_EQ(map.set(pages(0xc000, 2), code).error(), Error::not_found);
  EXPECT_EQ(map.find(Gpa(0x5fff))->tag, code);
  EXPECT_EQ(map.find(Gpa(0x8000)), nullptr);
}

TEST_F(RegionMapTest, RemoveForgets) {
  ASSERT_TRUE(map.add(pages(0, 8), free_tag));
  ASSERT_TRUE(map.remove(pages(0x2000, 2)));
  EXPECT_EQ(text(), "0-2000:1 4000-8000:1 ");
  EXPECT_EQ(map.remove(pages(0x1000, 2)).error(), Error::not_found);
  ASSERT_TRUE(map.remove(pages(0, 2)));
  ASSERT_TRUE(map.remove(pages(0x4000, 4)));
  EXPECT_EQ(map.first(), nullptr);
}

TEST_F(RegionMapTest, AllocateHonoursPlacementLimitsAndAlignment) {
  ASSERT_TRUE(map.add(pages(0x100000, 0x100), free_tag));
  auto allocate = [&](u64 n, Placement p, Limits l, u64 a) {
    auto r = map.allocate(n, free_tag, data, p, l, a);
    return r ? r->start().raw() : 0;
  };
  EXPECT_EQ(allocate(1, Placement::top_down, {}, 0x1000), 0x1ff000u);
  EXPECT_EQ(allocate(2, Placement::bottom_up, {}, 0x1000), 0x100000u);
  EXPECT_EQ(allocate(1, Placement::bottom_up, {}, 0x10000), 0x110000u);
  EXPECT_EQ(allocate(1, Placement::top_down, {}, 0x10000), 0x1f0000u);
  EXPECT_EQ(allocate(1, Placement::top_down, {Gpa(0), Gpa(0x180000)}, 0x1000), 0x17f000u);
  EXPECT_EQ(allocate(1, Placement::bottom_up, {Gpa(0x170001), Gpa(0x180000)}, 0x1000), 0x171000u);
  EXPECT_EQ(allocate(1, Placement::bottom_up, {Gpa(0x170000), Gpa(0x170fff)}, 0x1000), 0u);
  EXPECT_EQ(allocate(1, Placement::bottom_up, {Gpa(~0ull), Gpa(~0ull)}, 0x1000), 0u);
  EXPECT_EQ(allocate(0x1000, Placement::top_down, {}, 0x1000), 0u);
  EXPECT_EQ(map.allocate(0, free_tag, data, Placement::top_down).error(), Error::invalid_parameter);
  EXPECT_EQ(map.allocate(1, free_tag, data, Placement::top_down, {}, 0x1800).error(), Error::invalid_parameter);
  EXPECT_EQ(map.allocate(1, free_tag, data, Placement::top_down, {}, 0x800).error(), Error::invalid_parameter);
  EXPECT_EQ(map.allocate(~0ull, free_tag, data, Placement::top_down).error(), Error::out_of_resources);
  EXPECT_EQ(map.allocate(1ull << 52, free_tag, data, Placement::top_down).error(), Error::out_of_resources);
}

TEST_F(RegionMapTest, TerabytesCostNoMoreThanPages) {
  constexpr u64 tib = 1ull << 40;
  ASSERT_TRUE(map.add(PageRange(Gpa(0), tib / page_bytes), free_tag));
  ASSERT_TRUE(map.add(PageRange(Gpa(2 * tib), 48 * tib / page_bytes), free_tag));
  auto huge = map.allocate(tib / page_bytes, free_tag, data, Placement::top_down, {}, 1_GiB);
  ASSERT_TRUE(huge);
  EXPECT_EQ(huge->start().raw(), 49 * tib);
  // A scattered use of every other gibibyte needs a thousand nodes: pages of its own, and few of them.
  for (u64 at = 2 * tib; at < 3 * tib; at += 2_GiB) ASSERT_TRUE(map.set(pages(at, 1_GiB / page_bytes), data));
  EXPECT_GT(map.count(), 1000u);
  EXPECT_LE(sparse_ram.size(), 16u);
  u64 total = 0;
  for (auto* r = map.first(); r; r = map.next(*r)) total += r->range.pages();
  EXPECT_EQ(total, 49 * tib / page_bytes);
}

TEST_F(RegionMapTest, OwnPagesAreNeverGivenAway) {
  ASSERT_TRUE(map.add(pages(0, 256), free_tag));
  for (u64 p = 0; p < 80; p += 2) ASSERT_TRUE(map.set(pages(p * page_bytes, 1), data));
  ASSERT_EQ(sparse_ram.size(), 1u);
  const PageRange own = pages(sparse_ram.begin()->first, 1);
  EXPECT_EQ(map.find(own.start())->tag, node_tag);
  EXPECT_EQ(map.change(own, node_tag, free_tag).error(), Error::access_denied);
  EXPECT_EQ(map.set(own, free_tag).error(), Error::access_denied);
  EXPECT_EQ(map.remove(own).error(), Error::access_denied);
  EXPECT_EQ(map.allocate(1, node_tag, data, Placement::top_down).error(), Error::out_of_resources);
  EXPECT_TRUE(map.set(own, {2, 9}));  // attributes may change
}

TEST_F(RegionMapTest, NothingChangesWhenNodesRunOut) {
  mapped_below = 0;
  ASSERT_TRUE(map.add(pages(0, 256), free_tag));
  u64 p = 0;
  Result<> r;
  for (; p < 256 && r; p += 2) {
    const std::string before = text();
    r = map.set(pages(p * page_bytes, 1), data);
    if (!r) EXPECT_EQ(text(), before);
  }
  EXPECT_EQ(r.error(), Error::out_of_resources);
  EXPECT_TRUE(map.set(pages(0, 256), free_tag));  // what needs no node still works
  EXPECT_EQ(map.count(), 1u);
}

TEST_F(RegionMapTest, NodePagesComeFromTheirLimits) {
  RegionMap limited;
  limited.init(sparse, free_tag, node_tag, {Gpa(0x10000), Gpa(0x12000)});
  ASSERT_TRUE(limited.add(pages(0, 512), free_tag));
  for (u64 p = 64; p < 120; p += 2) ASSERT_TRUE(limited.set(pages(p * page_bytes, 1), data));
  ASSERT_EQ(sparse_ram.size(), 1u);
  EXPECT_EQ(sparse_ram.begin()->first, 0x11000u);
}

TEST(RegionMapModel, AMillionRandomOperationsAgree) {
  using namespace region_map_model;
  u64 own = 0, most = 0;
  constexpr int rounds = 500, steps = 3000;  // 1.5 million
  for (int round = 0; round < rounds; ++round) {
    fakes::Choices choices(0x41736800u + static_cast<u64>(round));
    const mem::Limits limits = round % 3 ? mem::Limits{} : mem::Limits{address(choices.below(40)), address(40 + choices.below(56))};
    Model model(limits);
    for (int i = 0; i < steps; ++i) model.step(choices);
    own += model.own_pages();
    most = std::max(most, model.most_regions());
  }
  EXPECT_GT(own, 0u);
  EXPECT_GT(most, 30u);
}

}  // namespace

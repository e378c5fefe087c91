// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "lib/mem/page_tables.hpp"

namespace {

using namespace base;
using mem::Caching, mem::PageTables, mem::Protection;

constexpr u64 pool_base = 0x10'0000;
constexpr u64 pool_pages = 600;
alignas(4096) u8 pool_memory[pool_pages * page_bytes];

void* pointer_to(Gpa address) {
  if (address.raw() < pool_base || address.raw() >= pool_base + sizeof pool_memory) ADD_FAILURE() << "table at " << address.raw();
  return pool_memory + (address.raw() - pool_base);
}

PageTables make(bool giant_pages = false, u64 private_mask = 0, u64 pages = pool_pages) {
  std::memset(pool_memory, 0xcc, sizeof pool_memory);
  PageTables t;
  t.init(pointer_to, {giant_pages, true, private_mask}, PageRange(Gpa(pool_base), pages));
  return t;
}

PageRange range(u64 start, u64 bytes) { return PageRange(Gpa(start), bytes / page_bytes); }

TEST(PageTables, UsesTheLargestPageThatFits) {
  auto t = make(true);
  ASSERT_TRUE(t.map(range(0, 3_GiB + 2_MiB + 4_KiB), Protection::read_write, Caching::write_back));
  EXPECT_EQ(t.lookup(Gpa(1_GiB)).bytes, 1_GiB);
  EXPECT_EQ(t.lookup(Gpa(3_GiB)).bytes, 2_MiB);
  EXPECT_EQ(t.lookup(Gpa(3_GiB + 2_MiB)).bytes, 4_KiB);
  EXPECT_EQ(t.lookup(Gpa(3_GiB + 2_MiB + 4_KiB)).protection, Protection::none);
}

TEST(PageTables, DoesWithoutGiantPages) {
  auto t = make(false);
  ASSERT_TRUE(t.map(range(0, 1_GiB), Protection::read_write, Caching::write_back));
  EXPECT_EQ(t.lookup(Gpa(0)).bytes, 2_MiB);
}

TEST(PageTables, SplitsAndKeepsTheRest) {
  auto t = make(true);
  ASSERT_TRUE(t.map(range(0, 1_GiB), Protection::read_write, Caching::write_back));
  ASSERT_TRUE(t.map(range(0x7000, 4_KiB), Protection::read_execute, Caching::write_back));
  EXPECT_EQ(t.lookup(Gpa(0x7000)).protection, Protection::read_execute);
  EXPECT_EQ(t.lookup(Gpa(0x6000)).protection, Protection::read_write);
  EXPECT_EQ(t.lookup(Gpa(0x8000)).protection, Protection::read_write);
  EXPECT_EQ(t.lookup(Gpa(512_MiB)).protection, Protection::read_write);
  EXPECT_EQ(t.lookup(Gpa(0x7000)).bytes, 4_KiB);
}

TEST(PageTables, PrivateMemoryCarriesTheMaskAndDevicesDoNot) {
  constexpr u64 c_bit = 1ull << 47;
  auto t = make(false, c_bit);
  ASSERT_TRUE(t.map(range(0, 4_KiB), Protection::read_write, Caching::write_back));
  ASSERT_TRUE(t.map(range(4_KiB, 4_KiB), Protection::read_write, Caching::uncached));
  const u64* table = static_cast<const u64*>(pointer_to(t.root()));
  for (int level = 0; level < 3; ++level) {
    EXPECT_TRUE(table[0] & c_bit);
    table = static_cast<const u64*>(pointer_to(Gpa(table[0] & ~c_bit & Bits<51, 12>::mask)));
  }
  EXPECT_TRUE(table[0] & c_bit);
  EXPECT_FALSE(table[1] & c_bit);
}

TEST(PageTables, RunsDryWithAnError) {
  auto t = make(false, 0, 3);
  auto mapped = t.map(range(0, 4_KiB), Protection::read_write, Caching::write_back);
  ASSERT_FALSE(mapped);
  EXPECT_EQ(mapped.error(), Error::out_of_resources);
  t.add_pool(PageRange(Gpa(pool_base + 3 * page_bytes), 10));
  EXPECT_TRUE(t.map(range(0, 4_KiB), Protection::read_write, Caching::write_back));
}

TEST(PageTables, RelaxOpensEverythingThatATableCovers) {
  auto t = make(false);
  ASSERT_TRUE(t.map(range(0, 4_MiB), Protection::read_write, Caching::write_back));
  ASSERT_TRUE(t.map(range(0, 4_KiB), Protection::none, Caching::write_back));
  ASSERT_TRUE(t.map(range(0x5000, 4_KiB), Protection::read_only, Caching::write_back));
  t.relax();
  for (u64 at : {u64{0}, u64{0x5000}, u64{0x6000}, 2_MiB}) EXPECT_EQ(t.lookup(Gpa(at)).protection, Protection::read_write_execute) << at;
}

// Against a plain list of what each page was last given.
TEST(PageTables, AgreesWithAModel) {
  constexpr u64 model_pages = 4096;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937_64 random(seed);
    auto t = make(seed % 2);
    const u64 base = seed % 3 ? 1_GiB - 8_MiB : 0;  // also across a border of a directory
    std::vector<Protection> model(model_pages, Protection::none);
    for (int step = 0; step < 200; ++step) {
      u64 first = random() % model_pages, count = 1 + random() % (random() % 4 ? 64 : 2048);
      if (random() % 2) first &= ~511ull, count = (count + 511) & ~511ull;
      if (first + count > model_pages) count = model_pages - first;
      const auto protection = static_cast<Protection>(random() % 5);
      ASSERT_TRUE(t.map(PageRange(Gpa(base + first * page_bytes), count), protection, Caching::write_back));
      for (u64 i = first; i < first + count; ++i) model[i] = protection;
    }
    for (u64 i = 0; i < model_pages; ++i) ASSERT_EQ(t.lookup(Gpa(base + i * page_bytes)).protection, model[i]) << seed << " page " << i;
  }
}

}  // namespace

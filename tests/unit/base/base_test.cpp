// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <vector>

#include "lib/base/address.hpp"
#include "lib/base/bits.hpp"
#include "lib/base/endian.hpp"
#include "lib/base/guid.hpp"
#include "lib/base/list.hpp"
#include "lib/base/patience.hpp"
#include "lib/base/result.hpp"
#include "tests/fakes/machine.hpp"

namespace {

using namespace base;

TEST(PageRange, RoundsInAndOut) {
  EXPECT_EQ(PageRange::inside(0x1fff, 0x4001), PageRange(Gpa(0x2000), 2));
  EXPECT_TRUE(PageRange::inside(0x5000, 0x4000).empty());
  EXPECT_EQ(PageRange::covering(0x1fff, 0), PageRange(Gpa(0x1000), 1));
  EXPECT_EQ(PageRange::covering(0x1000, 1), PageRange(Gpa(0x1000), 1));
  EXPECT_EQ(bytes_to_pages(~0ull), 1ull << 52);
}

TEST(PageRange, Relations) {
  const PageRange r(Gpa(0x2000), 2);
  EXPECT_TRUE(r.contains(Gpa(0x3fff)));
  EXPECT_FALSE(r.contains(Gpa(0x4000)));
  EXPECT_TRUE(r.overlaps({Gpa(0x3000), 8}));
  EXPECT_FALSE(r.overlaps({Gpa(0x4000), 8}));
  EXPECT_EQ(r.intersect({Gpa(0x3000), 8}), PageRange(Gpa(0x3000), 1));
  EXPECT_TRUE(r.intersect({Gpa(0x8000), 8}).empty());
}

Result<int> half(int n) {
  if (n % 2) return Error::invalid_parameter;
  return n / 2;
}
Result<int> quarter(int n) {
  const int h = TRY(half(n));
  return TRY(half(h));
}
Result<> check(int n) {
  TRY(quarter(n));
  return {};
}

TEST(Result, TryPassesTheError) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error(), Error::invalid_parameter);
  EXPECT_TRUE(check(4));
  EXPECT_FALSE(check(3));
  EXPECT_EQ(quarter(3).value_or(7), 7);
}

TEST(Result, ValueOfAnErrorIsABug) { EXPECT_THROW(half(1).value(), fakes::Panic); }

TEST(Error, EveryOneHasAName) {
  for (int i = 0; i <= static_cast<int>(Error::end_of_file); ++i) EXPECT_STRNE(name(static_cast<Error>(i)), "");
}

TEST(Guid, FieldsAreInWireOrder) {
  const Guid g = "8be4df61-93ca-11d2-aa0d-00e098032b8c"_guid;
  const u8 wire[16] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
  EXPECT_EQ(memcmp(&g, wire, 16), 0);
  Guid other = g;
  EXPECT_TRUE(g == other);
  other.d[7] ^= 1;
  EXPECT_FALSE(g == other);
}

TEST(Endian, BigEndianFields) {
  Be<u32> v = 0x11223344;
  EXPECT_EQ(*reinterpret_cast<u8*>(&v), 0x11);
  EXPECT_EQ(v, 0x11223344u);
  u8 raw[3] = {1, 2, 3};
  EXPECT_EQ(load_le<u16>(raw + 1), 0x302);
}

struct Item : ListNode<Item> {
  explicit Item(int v) : value(v) {}
  int value;
};

TEST(List, OrderAndUnlinkWhileWalking) {
  Item a(1), b(2), c(3);
  List<Item> list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.front(), nullptr);
  list.push_back(b);
  list.push_front(a);
  list.push_back(c);
  EXPECT_EQ(list.next(&a), &b);
  EXPECT_EQ(list.prev(&a), nullptr);
  EXPECT_EQ(list.next(&c), nullptr);
  int sum = 0;
  for (Item& i : list) {
    sum = sum * 10 + i.value;
    i.unlink();
  }
  EXPECT_EQ(sum, 123);
  EXPECT_TRUE(list.empty());
  EXPECT_FALSE(a.linked());
  list.push_back(a);
  EXPECT_EQ(list.pop_front(), &a);
  EXPECT_EQ(list.pop_front(), nullptr);
}

TEST(Bits, GetPutSet) {
  using Field = Bits<11, 4>;
  EXPECT_EQ(Field::get(0xabcd), 0xbcu);
  EXPECT_EQ(Field::put(0x1ff), 0xff0u);
  EXPECT_EQ(Field::set(0xffff, 0), 0xf00fu);
}

constinit u64 clock_of_test = 0;
std::vector<u32> rests;
constinit bool can_rest = true;

TEST(Deadline, RestsLongerEachTimeButNotForEver) {
  const auto now = [] { return clock_of_test; };
  const auto rest = [](u32 microseconds) {
    if (can_rest) rests.push_back(microseconds), clock_of_test += microseconds;
    return can_rest;
  };
  Deadline deadline({now, 10'000, rest});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(deadline.rest(3)) << "hot";
  EXPECT_TRUE(rests.empty());
  while (!deadline.passed()) EXPECT_TRUE(deadline.rest(3));
  EXPECT_EQ(rests, (std::vector<u32>{50, 100, 200, 400, 800, 1600, 1600, 1600, 1600, 1600, 1600}));
  can_rest = false;
  EXPECT_FALSE(deadline.rest(3)) << "nothing would wake us";
  EXPECT_FALSE(Deadline({now, 1}).rest(0)) << "nobody said how";
}

}  // namespace

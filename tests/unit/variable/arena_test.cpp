// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/unit/variable/variable_fixture.hpp"

namespace variable_test {
namespace {

class ArenaTest : public VariableTest {};

TEST_F(ArenaTest, RecordsHaveTheLayoutOfOvmf) {
  ASSERT_TRUE(set(u"ab", lasting, "xyz"));
  const u8* at = non_volatile.data();
  EXPECT_EQ(at[20], 0x5a);
  EXPECT_EQ(at[21], 0xfe);
  EXPECT_EQ(at[28], 0xaa);
  EXPECT_EQ(at[29], 0x55);
  EXPECT_EQ(at[30], 0x3f);
  EXPECT_EQ(at[32], lasting);
  EXPECT_EQ(at[28 + 36], 6);  // name size
  EXPECT_EQ(at[28 + 40], 3);  // data size
  EXPECT_EQ(std::memcmp(at + 28 + 44, &vendor, 16), 0);
  EXPECT_EQ(std::memcmp(at + 28 + 60, u"ab", 6), 0);
  EXPECT_EQ(std::memcmp(at + 28 + 66, "xyz", 3), 0);
  ASSERT_TRUE(set(u"ab", lasting, "new"));
  EXPECT_EQ(at[30], 0x3c);
  EXPECT_EQ(at[28 + 72 + 2], 0x3f);  // 69 bytes, aligned to 4
}

TEST_F(ArenaTest, ATornReplacementIsSettled) {
  ASSERT_TRUE(set(u"ab", lasting, "old"));
  ASSERT_TRUE(set(u"ab", lasting, "new"));
  u8* at = non_volatile.data();
  at[30] = 0x3e;  // as if the last step had not happened
  auto both = variable::Arena::open(span(non_volatile));
  ASSERT_TRUE(both);
  ASSERT_NE(both->find(u"ab", vendor), nullptr);
  EXPECT_EQ(variable::Arena::data_of(*both->find(u"ab", vendor))[0], 'n');
  EXPECT_EQ(both->remaining(), both->capacity() - 72);
  at[30] = 0x3e;
  at[28 + 72 + 2] = 0x7f;  // nor the one before
  auto old = variable::Arena::open(span(non_volatile));
  ASSERT_TRUE(old);
  ASSERT_NE(old->find(u"ab", vendor), nullptr);
  EXPECT_EQ(variable::Arena::data_of(*old->find(u"ab", vendor))[0], 'o');
}

TEST_F(ArenaTest, DamagedStoresAreRefused) {
  ASSERT_TRUE(set(u"ab", lasting, "xyz"));
  const auto good = non_volatile;
  const auto damaged = [&](u64 offset, u8 value) {
    non_volatile = good;
    non_volatile[offset] = value;
    return !variable::Arena::open(span(non_volatile));
  };
  EXPECT_FALSE(damaged(31, 0));               // reserved byte
  EXPECT_TRUE(damaged(0, 0));                 // signature
  EXPECT_TRUE(damaged(19, 1));                // size
  EXPECT_TRUE(damaged(20, 0));                // format
  EXPECT_TRUE(damaged(28 + 36, 5));           // odd name size
  EXPECT_TRUE(damaged(28 + 36, 4));           // name without its NUL
  EXPECT_TRUE(damaged(28 + 39, 0xff));        // name past the end
  EXPECT_TRUE(damaged(28 + 43, 0xff));        // data past the end
  EXPECT_TRUE(damaged(28 + 40, 0));           // no data
  EXPECT_TRUE(damaged(28 + 60, 0));           // NUL inside the name
  EXPECT_FALSE(variable::Arena::open({non_volatile.data(), 20}));
}

}  // namespace
}  // namespace variable_test

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

}  // namespace
}  // namespace variable_test

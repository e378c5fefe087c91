// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/byte_sum.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <vector>

TEST(ByteSum, IsThatOfEveryByte) {
  std::mt19937 random(1);
  std::vector<base::u8> bytes(5000);
  for (auto& b : bytes) b = static_cast<base::u8>(random());
  for (std::size_t n = 0; n < bytes.size(); n += n < 70 ? 1 : 97) {
    const std::span<const base::u8> part(bytes.data() + 1, n);
    EXPECT_EQ(base::byte_sum(part), static_cast<base::u8>(std::accumulate(part.begin(), part.end(), 0u))) << n;
  }
}
TEST(ByteSum, NoLaneOverflows) {
  const std::vector<base::u8> bytes(8 * 256 * 3 + 8, 0xff);
  EXPECT_EQ(base::byte_sum(bytes), static_cast<base::u8>(0xff * bytes.size()));
}

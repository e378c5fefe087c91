// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/crc32.hpp"

#include <gtest/gtest.h>

TEST(Crc32, KnownAnswers) {
  EXPECT_EQ(base::crc32("", 0), 0u);
  EXPECT_EQ(base::crc32("123456789", 9), 0xcbf43926u);
}

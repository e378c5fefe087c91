// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/crc32.hpp"

#include <gtest/gtest.h>

TEST(Crc32, KnownAnswers) {
  EXPECT_EQ(base::crc32("", 0), 0u);
  EXPECT_EQ(base::crc32("123456789", 9), 0xcbf43926u);
  // Whole words and the rest, from any address on, in one piece or in two.
  base::u8 bytes[64];
  for (unsigned i = 0; i < sizeof bytes; ++i) bytes[i] = static_cast<base::u8>(i * 37 + 11);
  for (unsigned from = 0; from < 5; ++from)
    for (unsigned n = 0; from + n <= sizeof bytes; ++n) {
      base::u32 expected = 0;
      for (unsigned i = 0; i < n; ++i) expected = base::crc32(bytes + from + i, 1, expected);
      EXPECT_EQ(base::crc32(bytes + from, n), expected) << from << ' ' << n;
    }
}

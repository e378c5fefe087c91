// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/share.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace base;

TEST(Share, EveryPageBelongsToOneAndTheSplitIsEven) {
  constexpr u64 granule = 2_MiB, granule_pages = granule / page_bytes;
  for (const u64 start : {4_GiB, 4_GiB + page_bytes, 5_GiB - page_bytes, u64{0}})
    for (const u64 pages : {u64{1}, u64{511}, u64{512}, u64{513}, u64{262'144}, u64{999'999}, u64{15'728'640}})
      for (const u64 parts : {1, 2, 3, 8, 63, 1024}) {
        const PageRange whole(Gpa(start), pages);
        Gpa at = whole.start();
        u64 fewest = ~0ull, most = 0;
        for (u64 i = 0; i < parts; ++i) {
          const PageRange share = mem::share_of(whole, i, parts, granule);
          fewest = std::min(fewest, share.pages());
          most = std::max(most, share.pages());
          if (share.empty()) continue;
          ASSERT_EQ(share.start(), at);
          ASSERT_TRUE(share.start().aligned(granule) || share.start() == whole.start());
          at = share.end();
        }
        ASSERT_EQ(at, whole.end());
        EXPECT_LE(most - fewest, 2 * granule_pages);
      }
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/block/bytes.hpp"

#include <gtest/gtest.h>
#include <numeric>

#include "tests/fakes/memory_disk.hpp"

namespace {

using namespace base;

std::vector<u8> pattern(usize bytes, u8 seed = 1) {
  std::vector<u8> v(bytes);
  for (usize i = 0; i < bytes; ++i) v[i] = static_cast<u8>(i * 7 + i / 251 + seed);
  return v;
}

class BlockBytes : public testing::TestWithParam<u32> {};

TEST_P(BlockBytes, AnyRangeIsReadAndWrittenAndNothingElse) {
  const u32 block = GetParam();
  const auto image = pattern(block * 5);
  for (u64 offset : {u64{0}, u64{1}, u64{block} - 1, u64{block}, u64{block} + 3, u64{block} * 4})
    for (u64 bytes : {u64{0}, u64{1}, u64{block} - 1, u64{block}, u64{block} + 1, u64{block} * 3, u64{block} * 3 + 17}) {
      fakes::MemoryDisk disk(block, image);
      std::vector<u8> got(bytes);
      const bool fits = offset + bytes <= image.size();
      ASSERT_EQ(static_cast<bool>(block::read_bytes(disk, offset, got)), fits) << offset << "+" << bytes;
      const auto fresh = pattern(bytes, 99);
      ASSERT_EQ(static_cast<bool>(block::write_bytes(disk, offset, fresh)), fits);
      if (!fits) {
        EXPECT_EQ(disk.bytes, image);
        continue;
      }
      EXPECT_TRUE(std::equal(got.begin(), got.end(), image.begin() + static_cast<long>(offset)));
      auto expected = image;
      std::copy(fresh.begin(), fresh.end(), expected.begin() + static_cast<long>(offset));
      EXPECT_EQ(disk.bytes, expected) << offset << "+" << bytes;
    }
}

TEST_P(BlockBytes, WholeBlocksAreOneRequest) {
  fakes::MemoryDisk disk(GetParam(), pattern(GetParam() * 64));
  std::vector<u8> got(GetParam() * 64);
  ASSERT_TRUE(block::read_bytes(disk, 0, got));
  EXPECT_EQ(disk.reads, 1u);
  ASSERT_TRUE(block::write_bytes(disk, 0, got));
  EXPECT_EQ(disk.reads, 1u);
  EXPECT_EQ(disk.writes, 1u);
}

INSTANTIATE_TEST_SUITE_P(Sizes, BlockBytes, testing::Values(512, 2048, 4096));

TEST(BlockBytesRefuse, WhatCannotBe) {
  fakes::MemoryDisk disk(512, pattern(1024));
  u8 byte = 0;
  EXPECT_EQ(block::read_bytes(disk, ~0ull, {&byte, 1}).error(), Error::invalid_parameter);
  EXPECT_EQ(block::read_bytes(disk, 1024, {&byte, 1}).error(), Error::invalid_parameter);
  EXPECT_EQ(disk.reads, 0u);
  for (u32 block : {0u, 256u, 513u, 8192u}) {
    disk.shape.block_bytes = block;
    EXPECT_EQ(block::read_bytes(disk, 0, {&byte, 1}).error(), Error::unsupported) << block;
  }
}

TEST(BlockRange, Checks) {
  const block::Geometry g{.block_bytes = 512, .blocks = 8};
  EXPECT_TRUE(block::check_range(g, 0, 4096));
  EXPECT_TRUE(block::check_range(g, 7, 512));
  EXPECT_TRUE(block::check_range(g, 8, 0));
  EXPECT_EQ(block::check_range(g, 7, 513).error(), Error::bad_buffer_size);
  EXPECT_EQ(block::check_range(g, 7, 1024).error(), Error::invalid_parameter);
  EXPECT_EQ(block::check_range(g, 8, 512).error(), Error::invalid_parameter);
  EXPECT_EQ(block::check_range(g, ~0ull, 512).error(), Error::invalid_parameter);
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/graphics/blit.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace {

using namespace base;
using efi::BltOperation, graphics::Blit, graphics::Surface;

constexpr u32 width = 600, height = 8, stride = 608;  // wider than what a copy takes at once

struct BlitTest : testing::Test {
  BlitTest() { std::iota(memory.begin(), memory.end(), 0u); }
  bool draw(Blit b, u32* buffer) {
    const auto done = graphics::draw(surface, b, buffer);
    changed = done.value_or({});
    if (!done) EXPECT_EQ(done.error(), Error::invalid_parameter);
    return static_cast<bool>(done);
  }
  u32 at(u32 x, u32 y) const { return memory[y * stride + x]; }

  std::vector<u32> memory = std::vector<u32>(stride * height);
  Surface surface{Gpa(reinterpret_cast<u64>(memory.data())), {width, height}, stride, false};
  graphics::Rectangle changed;
};

TEST_F(BlitTest, Fills) {
  u32 colour = 0xabcdef;
  ASSERT_TRUE(draw({BltOperation::video_fill, 0, 0, 3, 2, 590, 4, 0}, &colour));
  EXPECT_EQ(changed.x, 3u);
  EXPECT_EQ(changed.height, 4u);
  for (u32 y = 0; y < height; ++y)
    for (u32 x = 0; x < stride; ++x) {
      const bool inside = x >= 3 && x < 593 && y >= 2 && y < 6;
      ASSERT_EQ(at(x, y), inside ? colour : y * stride + x);
    }
}

TEST_F(BlitTest, CopiesBothWays) {
  std::vector<u32> buffer(20 * 6, 0);
  ASSERT_TRUE(draw({BltOperation::video_to_buffer, 10, 1, 2, 3, 5, 2, 20 * 4}, buffer.data()));
  EXPECT_TRUE(changed.empty());
  for (u32 y = 0; y < 6; ++y)
    for (u32 x = 0; x < 20; ++x) {
      const bool inside = x >= 2 && x < 7 && y >= 3 && y < 5;
      ASSERT_EQ(buffer[y * 20 + x], inside ? at(10 + x - 2, 1 + y - 3) : 0u);
    }
  ASSERT_TRUE(draw({BltOperation::buffer_to_video, 2, 3, 100, 6, 5, 2, 20 * 4}, buffer.data()));
  for (u32 x = 0; x < 5; ++x) EXPECT_EQ(at(100 + x, 7), 2 * stride + 10 + x);
}

// Every direction, with overlaps longer than one piece of the copy.
TEST_F(BlitTest, MovesOverlapping) {
  for (const auto& [fx, fy, tx, ty] : std::vector<std::array<u32, 4>>{{0, 0, 40, 0}, {40, 0, 0, 0}, {5, 0, 5, 3}, {5, 3, 5, 0}, {9, 2, 1, 1}, {1, 1, 9, 2}}) {
    std::iota(memory.begin(), memory.end(), 0u);
    ASSERT_TRUE(draw({BltOperation::video_to_video, fx, fy, tx, ty, 550, 5, 0}, nullptr));
    for (u32 y = 0; y < 5; ++y)
      for (u32 x = 0; x < 550; ++x) ASSERT_EQ(at(tx + x, ty + y), (fy + y) * stride + fx + x) << fx << " " << fy << " " << tx << " " << ty;
  }
}

TEST_F(BlitTest, RefusesWhatLeavesTheScreenOrTheBuffer) {
  std::vector<u32> buffer(width * height, 0);
  const std::vector<u32> before = memory;
  constexpr u64 huge = ~0ull;
  for (BltOperation op : {BltOperation::video_fill, BltOperation::buffer_to_video}) {
    EXPECT_FALSE(draw({op, 0, 0, 0, 0, width + 1, 1, 0}, buffer.data()));
    EXPECT_FALSE(draw({op, 0, 0, 1, 0, width, 1, 0}, buffer.data()));
    EXPECT_FALSE(draw({op, 0, 0, 0, 1, 1, height, 0}, buffer.data()));
    EXPECT_FALSE(draw({op, 0, 0, huge, 0, 2, 1, 0}, buffer.data()));
    EXPECT_FALSE(draw({op, 0, 0, 2, 0, huge, 1, 0}, buffer.data()));
    EXPECT_FALSE(draw({op, 0, 0, 0, 0, 0, 1, 0}, buffer.data()));
    EXPECT_FALSE(draw({op, 0, 0, 0, 0, 1, 0, 0}, buffer.data()));
    EXPECT_FALSE(draw({op, 0, 0, 0, 0, 1, 1, 0}, nullptr));
  }
  EXPECT_FALSE(draw({BltOperation::buffer_to_video, 0, huge, 0, 0, 2, 2, 0}, buffer.data()));
  EXPECT_FALSE(draw({BltOperation::buffer_to_video, huge, 0, 0, 0, 2, 2, 16}, buffer.data()));
  EXPECT_FALSE(draw({BltOperation::buffer_to_video, 0, 0, 0, 0, 4, 2, 12}, buffer.data()));
  EXPECT_FALSE(draw({BltOperation::buffer_to_video, 0, 0, 0, 0, 4, 2, 18}, buffer.data()));
  EXPECT_FALSE(draw({BltOperation::video_to_buffer, width - 1, 0, 0, 0, 2, 1, 0}, buffer.data()));
  EXPECT_FALSE(draw({BltOperation::video_to_video, 0, 0, 0, height - 1, 2, 2, 0}, nullptr));
  EXPECT_FALSE(draw({BltOperation::video_to_video, 0, height - 1, 0, 0, 2, 2, 0}, nullptr));
  EXPECT_FALSE(draw({static_cast<BltOperation>(4), 0, 0, 0, 0, 1, 1, 0}, buffer.data()));
  EXPECT_EQ(memory, before);
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/dma_window.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "tests/fakes/dma_pages.hpp"

namespace {

using namespace base;
using mem::DmaWindow;

struct DmaWindowTest : testing::Test {
  DmaWindowTest() : buffer(1_MiB) { std::iota(buffer.begin(), buffer.end(), u8{1}); }
  ~DmaWindowTest() override {
    window.release();
    EXPECT_TRUE(fakes::live_pages.empty());
  }
  u8* memory_of(const DmaWindow::Piece& p) { return reinterpret_cast<u8*>(p.address.raw()); }
  std::vector<u8> buffer;
  DmaWindow window;
};

TEST_F(DmaWindowTest, LendsTheBufferItself) {
  window.init(fakes::dma_pages, Gpa(1ull << 52), 4, 128 * 1024);
  const auto piece = window.expect(buffer, 512).value_or({});
  EXPECT_EQ(memory_of(piece), buffer.data());
  EXPECT_EQ(piece.bytes, 128u * 1024);
  EXPECT_FALSE(piece.copied);
  EXPECT_TRUE(fakes::live_pages.empty());
}

TEST_F(DmaWindowTest, CopiesWhatTheDeviceCannotReach) {
  window.init(fakes::dma_pages, Gpa(4096), 4, 1_MiB);
  const auto out = window.offer(buffer, 512).value_or({});
  ASSERT_TRUE(out.copied);
  EXPECT_EQ(out.bytes, 256u * 1024);
  EXPECT_TRUE(std::equal(buffer.begin(), buffer.begin() + 256 * 1024, memory_of(out)));
  const auto in = window.expect(std::span(buffer).first(1024), 512).value_or({});
  ASSERT_EQ(in.bytes, 1024u);
  memory_of(in)[7] = 0xee;
  memory_of(in)[1024] = 0xdd;
  window.collect(in, std::span(buffer).first(1024));
  EXPECT_EQ(buffer[7], 0xee);
  EXPECT_NE(buffer[1024], 0xdd);
}

TEST_F(DmaWindowTest, CopiesWhatIsNotAligned) {
  window.init(fakes::dma_pages, Gpa(1ull << 52), 4, 1_MiB);
  EXPECT_TRUE(window.offer(std::span(buffer).subspan(2, 512), 512).value_or({}).copied);
  EXPECT_FALSE(window.offer(std::span(buffer).subspan(4, 512), 512).value_or({}).copied);
}

TEST_F(DmaWindowTest, PiecesAreWholeUnits) {
  window.init(fakes::dma_pages, Gpa(4096), 1, 5 * page_bytes);
  EXPECT_EQ(window.expect(std::span(buffer).first(10 * 2048), 2048).value_or({}).bytes, 10u * 2048);
  window.init(fakes::dma_pages, Gpa(1ull << 52), 1, 3 * page_bytes);
  EXPECT_EQ(window.expect(std::span(buffer).first(8 * 4096), 4096).value_or({}).bytes, 3u * 4096);
}

}  // namespace

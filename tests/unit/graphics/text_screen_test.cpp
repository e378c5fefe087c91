// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/graphics/text_screen.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace {

using namespace base;
using graphics::Canvas, graphics::Rectangle, graphics::Resolution, graphics::TextScreen;

constexpr u32 grey = 0xaaaaaa, blue = 0x0000aa, yellow = 0xffff55;

class FakeCanvas final : public Canvas {
 public:
  explicit FakeCanvas(Resolution size) : size_(size), pixels(size.pixels(), 0x123456) {}
  void put(Rectangle to, const u32* from, u32 stride) override {
    for (u32 y = 0; y < to.height; ++y)
      for (u32 x = 0; x < to.width; ++x) pixels.at((to.y + y) * size_.width + to.x + x) = from[y * stride + x];
    drawn += u64{to.width} * to.height;
  }
  void fill(Rectangle to, u32 pixel) override {
    for (u32 y = 0; y < to.height; ++y)
      for (u32 x = 0; x < to.width; ++x) pixels.at((to.y + y) * size_.width + to.x + x) = pixel;
    drawn += u64{to.width} * to.height;
  }
  u32 at(u32 x, u32 y) const { return pixels.at(y * size_.width + x); }

 private:
  Resolution size_;

 public:
  std::vector<u32> pixels;
  u64 drawn = 0;
};

struct Fixture : testing::Test {
  static constexpr Resolution size{640, 400};
  void start(u32 columns, u32 rows, bool black) {
    memory.assign(TextScreen::memory_bytes(columns, rows), 0);
    if (black) std::fill(canvas.pixels.begin(), canvas.pixels.end(), 0);
    screen->init(canvas, size, columns, rows, memory.data(), black);
    screen->flush();
    canvas.drawn = 0;
  }
  void write(u32 row, const char* text, u8 attribute = 7) {
    for (u32 column = 0; text[column]; ++column) screen->put(column, row, static_cast<char16_t>(text[column]), attribute);
  }

  FakeCanvas canvas{size};
  std::unique_ptr<TextScreen> screen = std::make_unique<TextScreen>();
  std::vector<u8> memory;
};
using TextScreenTest = Fixture;

TEST_F(TextScreenTest, DrawsGlyphsInColour) {
  start(80, 25, true);
  screen->put(2, 1, u'T', 0x1e);
  screen->flush();
  EXPECT_EQ(canvas.drawn, 128u);
  const font::Glyph t = font::glyph_of(u'T');
  for (u32 y = 0; y < 16; ++y)
    for (u32 x = 0; x < 8; ++x) EXPECT_EQ(canvas.at(16 + x, 16 + y), t.rows[y] >> (7 - x) & 1 ? yellow : blue);
}

TEST_F(TextScreenTest, DrawsOnlyWhatChanged) {
  start(80, 25, true);
  write(0, "hello");
  screen->flush();
  EXPECT_EQ(canvas.drawn, 5 * 128u);
  write(0, "jello");
  screen->flush();
  EXPECT_EQ(canvas.drawn, 6 * 128u);
  screen->flush();
  screen->clear(7);
  screen->flush();
  EXPECT_EQ(canvas.drawn, 11 * 128u);
  for (u32 p : canvas.pixels) ASSERT_EQ(p, 0u);
}

TEST_F(TextScreenTest, ScrollsByDifference) {
  start(80, 25, true);
  for (u32 row = 0; row < 25; ++row) write(row, row % 2 ? "same" : "SAME");
  screen->flush();
  canvas.drawn = 0;
  screen->scroll(7);
  screen->scroll(7);
  screen->flush();
  // Two rows up, every line is as it was; only the last two went blank.
  EXPECT_EQ(canvas.drawn, 8 * 128u);
}

TEST_F(TextScreenTest, CursorIsAnUnderline) {
  start(80, 25, true);
  screen->set_cursor(3, 0, true);
  screen->flush();
  EXPECT_EQ(canvas.at(24, 13), grey);
  EXPECT_EQ(canvas.at(31, 14), grey);
  EXPECT_EQ(canvas.at(24, 12), 0u);
  EXPECT_EQ(canvas.at(24, 15), 0u);
  screen->set_cursor(4, 0, true);
  screen->flush();
  EXPECT_EQ(canvas.at(24, 13), 0u);
  EXPECT_EQ(canvas.at(32, 13), grey);
  screen->set_cursor(4, 0, false);
  screen->flush();
  EXPECT_EQ(canvas.at(32, 13), 0u);
}

TEST_F(TextScreenTest, CoversWhatWasThereBefore) {
  start(40, 10, false);
  for (u32 p : canvas.pixels) ASSERT_EQ(p, 0u);
  std::fill(canvas.pixels.begin(), canvas.pixels.end(), 0x123456);
  screen->distrust();
  screen->clear(0x10);
  screen->flush();
  for (u32 y = 0; y < size.height; ++y)
    for (u32 x = 0; x < size.width; ++x) {
      const bool inside = x >= 160 && x < 480 && y >= 120 && y < 280;
      ASSERT_EQ(canvas.at(x, y), inside ? blue : 0u) << x << "," << y;
    }
}

// Whatever is done to it, a flush leaves what drawing everything anew would.
TEST_F(TextScreenTest, DifferencesAddUp) {
  start(80, 25, true);
  std::mt19937 random(7);
  std::vector<u32> cells(80 * 25, 0x0020);
  for (int step = 0; step < 400; ++step) {
    const u8 attribute = random() & 0x7f;
    switch (random() % 8) {
      case 0:
        screen->scroll(attribute);
        break;
      case 1:
        if (random() % 16 == 0) screen->clear(attribute);
        break;
      case 2: screen->set_cursor(random() % 80, random() % 25, random() % 2); break;
      case 3: screen->flush(); break;
      default:
        for (int i = 0; i < 50; ++i) screen->put(random() % 80, random() % 25, static_cast<char16_t>(0x20 + random() % 0x5f), attribute);
    }
  }
  screen->flush();
  const std::vector<u32> before = canvas.pixels;
  screen->distrust();
  screen->flush();
  EXPECT_TRUE(before == canvas.pixels);
}

TEST_F(TextScreenTest, LongRunsAreWhole) {
  start(80, 25, true);
  for (u32 column = 0; column < 80; ++column) screen->put(column, 24, u'█', 0x07);
  screen->flush();
  for (u32 x = 0; x < 640; ++x) ASSERT_EQ(canvas.at(x, 390), grey) << x;
  EXPECT_EQ(canvas.drawn, 80 * 128u);
}

}  // namespace

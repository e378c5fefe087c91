// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/graphics/edid.hpp"

#include <gtest/gtest.h>

#include <array>

#include "lib/graphics/mode_list.hpp"

namespace {

using namespace base;
using graphics::Edid, graphics::ModeList, graphics::Resolution;
using Block = std::array<u8, graphics::edid_bytes>;

void seal(Block& block) {
  u8 sum = 0;
  for (unsigned i = 0; i < block.size() - 1; ++i) sum = static_cast<u8>(sum + block[i]);
  block.back() = static_cast<u8>(-sum);
}

// As QEMU makes it: 1280 by 800 preferred, a few others.
Block sample() {
  Block block{0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};
  block[35] = 0x21;  // 640x480, 800x600
  block[36] = 0x08;  // 1024x768
  block[38] = 0xd1, block[39] = 0xc0;  // 1920x1080
  for (unsigned at = 40; at < 54; ++at) block[at] = 0x01;
  block[54] = 0x6c, block[55] = 0x20;
  block[56] = 0x00, block[58] = 0x50;  // 1280
  block[59] = 0x20, block[61] = 0x30;  // 800
  seal(block);
  return block;
}

bool lists(const Edid& edid, Resolution r) {
  for (unsigned i = 0; i < edid.count; ++i)
    if (edid.modes[i] == r) return true;
  return false;
}

TEST(EdidTest, TellsWhatTheMonitorCan) {
  const auto edid = graphics::parse_edid(sample());
  ASSERT_TRUE(edid);
  const Edid e = edid.value_or({});
  EXPECT_TRUE(e.has_preferred);
  EXPECT_EQ(e.modes[0], (Resolution{1280, 800}));
  EXPECT_EQ(e.count, 5u);
  for (Resolution r : {Resolution{640, 480}, {800, 600}, {1024, 768}, {1920, 1080}}) EXPECT_TRUE(lists(e, r)) << r.width;
}

TEST(EdidTest, RefusesWhatIsNone) {
  Block block = sample();
  block[60] ^= 1;
  EXPECT_EQ(graphics::parse_edid(block).error(), Error::crc_error);
  block = {};
  EXPECT_EQ(graphics::parse_edid(block).error(), Error::crc_error);  // its sum is right
}

TEST(EdidTest, LeavesOutWhatCannotBe) {
  Block block = sample();
  block[56] = 0xff, block[58] = 0xf0;  // 4095 wide
  block[38] = 0x00;                    // 248 wide
  seal(block);
  const Edid e = graphics::parse_edid(block).value_or({});
  EXPECT_FALSE(e.has_preferred);
  EXPECT_EQ(e.count, 3u);
  for (unsigned i = 0; i < e.count; ++i) EXPECT_TRUE(graphics::usable(e.modes[i]));
}

bool ascending(const ModeList& list) {
  for (unsigned i = 1; i < list.count(); ++i)
    if (list[i].width < list[i - 1].width || (list[i].width == list[i - 1].width && list[i].height <= list[i - 1].height)) return false;
  return true;
}

TEST(ModeListTest, HasCommonModesWithoutEdid) {
  ModeList list;
  list.init(nullptr, 16_MiB);
  EXPECT_TRUE(ascending(list));
  EXPECT_EQ(list[list.preferred()], (Resolution{1280, 800}));
  unsigned found = 0;
  for (unsigned i = 0; i < list.count(); ++i)
    for (Resolution r : {Resolution{800, 600}, {1024, 768}, {1280, 800}, {1920, 1080}}) found += list[i] == r;
  EXPECT_EQ(found, 4u);
}

TEST(ModeListTest, FitsIntoMemory) {
  ModeList list;
  list.init(nullptr, 2_MiB);
  ASSERT_GT(list.count(), 0u);
  for (unsigned i = 0; i < list.count(); ++i) EXPECT_LE(list[i].pixels() * 4, 2_MiB);
  EXPECT_EQ(list.preferred(), list.count() - 1);
  list.init(nullptr, 1000);
  EXPECT_EQ(list.count(), 0u);
}

TEST(ModeListTest, TakesTheMonitorsModes) {
  Edid edid{};
  edid.has_preferred = true;
  for (u32 i = 0; i < Edid::max_modes; ++i) edid.modes[edid.count++] = {1000 + 8 * i, 700 + i};
  ModeList list;
  list.init(&edid, 64_MiB);
  EXPECT_TRUE(ascending(list));
  EXPECT_EQ(list[list.preferred()], (Resolution{1000, 700}));
  // A monitor larger than the memory: what comes next.
  edid = {.modes = {{3840, 2160}}, .count = 1, .has_preferred = true};
  list.init(&edid, 16_MiB);
  EXPECT_LE(list[list.preferred()].pixels() * 4, 16_MiB);
  EXPECT_GE(list[list.preferred()].width, 2560u);
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/hii/config.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace {

using namespace base;

constexpr std::u16string_view header = u"GUID=0011&NAME=0041&PATH=01020304";

std::u16string to_config(std::u16string_view request, std::span<const u8> block, Error* error = nullptr, usize* where = nullptr) {
  std::array<char16_t, 500> room{};
  device_path::TextSink sink(room);
  usize progress = 0;
  const auto done = hii::block_to_config(request, block, sink, progress);
  if (where) *where = progress;
  if (!done && error) *error = done.error();
  return done ? std::u16string(room.data(), sink.length()) : u"<error>";
}

TEST(HiiConfig, SplitsElements) {
  hii::ConfigElements elements(u"a=1&b&=c&d=");
  std::u16string_view name, value;
  usize at = 0;
  ASSERT_TRUE(elements.next(name, value, at));
  EXPECT_TRUE(name == u"a" && value == u"1" && at == 0);
  ASSERT_TRUE(elements.next(name, value, at));
  EXPECT_TRUE(name == u"b" && value.empty() && at == 4);
  ASSERT_TRUE(elements.next(name, value, at));
  EXPECT_TRUE(name.empty() && value == u"c");
  ASSERT_TRUE(elements.next(name, value, at));
  EXPECT_TRUE(name == u"d" && value.empty());
  EXPECT_FALSE(elements.next(name, value, at));
}

TEST(HiiConfig, SplitsRequestsAndReadsPaths) {
  std::u16string_view left = u"GUID=1&PATH=0a0B&GUID=2&PATH=7f";
  EXPECT_TRUE(hii::next_request(left) == u"GUID=1&PATH=0a0B");
  EXPECT_TRUE(hii::next_request(left) == u"GUID=2&PATH=7f");
  EXPECT_TRUE(left.empty());
  u8 path[1] = {};
  EXPECT_EQ(hii::path_of(u"GUID=1&PATH=0a0B", path).value_or(0), 2u);
  EXPECT_EQ(path[0], 0x0a);
  EXPECT_EQ(hii::path_of(u"PATH=1", path).error(), Error::invalid_parameter);
  EXPECT_EQ(hii::path_of(u"PATH=1g", path).error(), Error::invalid_parameter);
  EXPECT_EQ(hii::path_of(u"NAME=10", path).error(), Error::not_found);
}

TEST(HiiConfig, BlocksBecomeValuesAndBack) {
  const std::array<u8, 6> block = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66};
  const std::u16string request = std::u16string(header) + u"&OFFSET=1&WIDTH=2&OFFSET=5&WIDTH=1";
  const std::u16string response = to_config(request, block);
  EXPECT_TRUE(response == std::u16string(header) + u"&OFFSET=1&WIDTH=2&VALUE=3322&OFFSET=5&WIDTH=1&VALUE=66");
  std::array<u8, 6> back{};
  u64 used = 0;
  usize progress = 0;
  ASSERT_TRUE(hii::config_to_block(response, back, used, progress));
  EXPECT_EQ(back, (std::array<u8, 6>{0, 0x22, 0x33, 0, 0, 0x66}));
  EXPECT_EQ(used, 6u);
  EXPECT_EQ(progress, response.size());
}

TEST(HiiConfig, RefusesDamageAndWhatLeavesTheBlock) {
  const std::array<u8, 4> block{};
  Error error{};
  usize where = 0;
  for (const char16_t* bad : {u"WIDTH=1", u"OFFSET=1&WIDTH=0", u"OFFSET=g&WIDTH=1", u"OFFSET=&WIDTH=1", u"OFFSET=00000000000000001&WIDTH=1"}) {
    EXPECT_TRUE(to_config(bad, block, &error, &where) == u"<error>");
    EXPECT_EQ(error, Error::invalid_parameter);
  }
  for (const char16_t* bad : {u"OFFSET=4&WIDTH=1", u"OFFSET=0&WIDTH=5", u"OFFSET=ffffffffffffffff&WIDTH=2", u"OFFSET=1&WIDTH=ffffffffffffffff"}) {
    EXPECT_TRUE(to_config(bad, block, &error, &where) == u"<error>");
    EXPECT_EQ(error, Error::buffer_too_small);
  }
  std::array<u8, 4> to{};
  u64 used = 0;
  for (const char16_t* bad : {u"VALUE=1", u"OFFSET=0&VALUE=1", u"OFFSET=0&WIDTH=1&VALUE=123", u"OFFSET=0&WIDTH=1&VALUE=x", u"OFFSET=0&WIDTH=1&VALUE="})
    EXPECT_FALSE(hii::config_to_block(bad, to, used, where));
  const auto small = hii::config_to_block(u"OFFSET=2&WIDTH=4&VALUE=1", to, used, where);
  EXPECT_EQ(small.error(), Error::buffer_too_small);
  EXPECT_EQ(used, 6u);
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/device_path/path.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace base;
using Raw = std::vector<u8>;
const efi::DevicePath* path(const Raw& raw) { return reinterpret_cast<const efi::DevicePath*>(raw.data()); }

const Raw two = {1, 1, 6, 0, 0, 1, 0x7f, 1, 4, 0, 1, 5, 8, 0, 9, 0, 0, 0, 0x7f, 0xff, 4, 0};

TEST(DevicePath, Instances) {
  EXPECT_EQ(device_path::bytes(path(two)), two.size());
  EXPECT_EQ(device_path::body(path(two)).size(), two.size() - 4);
  EXPECT_EQ(device_path::first_instance(path(two)).size(), 6u);
  const auto* second = device_path::next_instance(path(two));
  ASSERT_EQ(reinterpret_cast<const u8*>(second), two.data() + 10);
  EXPECT_EQ(device_path::first_instance(second).size(), 8u);
  EXPECT_EQ(device_path::next_instance(second), nullptr);
}

TEST(DevicePath, Null) {
  EXPECT_EQ(device_path::bytes(nullptr), 0u);
  EXPECT_TRUE(device_path::body(nullptr).empty());
  EXPECT_EQ(device_path::next_instance(nullptr), nullptr);
}

// A node without a length says nothing about where the next one is.
TEST(DevicePath, ShortNodeEnds) {
  const Raw broken = {1, 1, 6, 0, 0, 1, 1, 1, 3, 0};
  EXPECT_EQ(device_path::bytes(path(broken)), 10u);
  const Raw broken_end = {0x7f, 1, 0, 0};
  EXPECT_EQ(device_path::next_instance(path(broken_end)), nullptr);
}

TEST(DevicePath, Parse) {
  EXPECT_EQ(device_path::parse(two)->size(), two.size());
  Raw more = two;
  more.insert(more.end(), {1, 2, 3, 4, 5});
  EXPECT_EQ(device_path::parse(more)->size(), two.size());
  for (usize n = 0; n < two.size(); ++n) EXPECT_FALSE(device_path::parse(std::span(two).first(n)));
  for (const Raw& bad : {Raw{1, 1, 0, 0}, Raw{1, 1, 3, 0}, Raw{1, 1, 255, 255, 0, 0}, Raw{0x7f, 0xff, 5, 0, 0}, Raw{}})
    EXPECT_FALSE(device_path::parse(bad));
}

}  // namespace

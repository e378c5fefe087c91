// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/boot/load_option.hpp"

#include <gtest/gtest.h>

#include "tests/unit/device_path/node_maker.hpp"

namespace {

using namespace base;
using Vector = std::vector<u8>;

Vector built(u32 attributes, std::u16string_view description, const Vector& path, const Vector& data) {
  return device_path_test::twice<device_path::ByteSink, u8>(
      [&](auto& to) { return boot::build_load_option(attributes, description, path, data, to), true; });
}
std::u16string text_of(boot::Bytes description) {
  std::u16string text(description.size() / 2, u'\0');
  __builtin_memcpy(text.data(), description.data(), description.size());
  return text;
}

TEST(LoadOption, ComesBack) {
  const Vector path = device_path_test::path_of(u"PciRoot(0x0)/Pci(0x3,0x0)");
  const Vector data = {1, 2, 3};
  const Vector variable = built(0x101, u"Shell", path, data);
  const auto option = boot::parse_load_option(variable).value();
  EXPECT_EQ(option.attributes, 0x101u);
  EXPECT_TRUE(option.active());
  EXPECT_TRUE(option.application());
  EXPECT_FALSE(option.hidden());
  EXPECT_FALSE(option.automatic());
  EXPECT_EQ(text_of(option.description), u"Shell");
  EXPECT_TRUE(std::ranges::equal(option.path, path));
  EXPECT_TRUE(std::ranges::equal(option.optional_data, data));
}

// The first bytes of what OVMF 2022.11 wrote for a virtio disk.
TEST(LoadOption, OvmfsOwn) {
  Vector variable = {1, 0, 0, 0, 0x16, 0};
  for (char c : std::string_view("UEFI Misc Device\0", 17)) variable.insert(variable.end(), {static_cast<u8>(c), 0});
  const Vector path = {2, 1, 12, 0, 0xd0, 0x41, 3, 0x0a, 0, 0, 0, 0, 1, 1, 6, 0, 0, 3, 0x7f, 0xff, 4, 0};
  variable.insert(variable.end(), path.begin(), path.end());
  variable.insert(variable.end(), {0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d, 0x85, 0x0e, 0xe2, 0x1a, 0x52, 0x2c, 0x59, 0xb2});
  const auto option = boot::parse_load_option(variable).value();
  EXPECT_TRUE(option.automatic());
  EXPECT_EQ(text_of(option.description), u"UEFI Misc Device");
  EXPECT_EQ(device_path_test::text_of_path({option.path.begin(), option.path.end()}), u"PciRoot(0x0)/Pci(0x3,0x0)");
  const Vector guid(option.optional_data.begin(), option.optional_data.end());
  EXPECT_EQ(built(1, u"UEFI Misc Device", path, guid), variable);
}

TEST(LoadOption, OnlyTheFirstPathCounts) {
  Vector paths = device_path_test::path_of(u"\\a.efi");
  const Vector first = paths;
  const Vector second = device_path_test::path_of(u"\\b.efi");
  paths.insert(paths.end(), second.begin(), second.end());
  const Vector variable = built(1, u"", paths, {9});
  const auto option = boot::parse_load_option(variable).value();
  EXPECT_TRUE(std::ranges::equal(option.path, first));
  EXPECT_EQ(option.optional_data.size(), 1u);
}

TEST(LoadOption, EveryTruncationIsRefused) {
  const Vector whole = built(1, u"Debian", device_path_test::path_of(u"PciRoot(0x0)/Pci(0x3,0x0)/\\EFI\\debian\\shimx64.efi"), {});
  ASSERT_TRUE(boot::parse_load_option(whole));
  for (usize size = 0; size < whole.size(); ++size) {
    const Vector part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(boot::parse_load_option(part)) << size;
  }
}

TEST(LoadOption, ListMayNotEndInsideANode) {
  Vector variable = built(1, u"x", device_path_test::path_of(u"PciRoot(0x0)/Pci(0x3,0x0)"), {});
  for (u16 length = 0; length < 22; ++length) {
    variable[4] = static_cast<u8>(length);
    EXPECT_FALSE(boot::parse_load_option(variable)) << length;
  }
}

TEST(OptionName, FourUpperCaseDigits) {
  EXPECT_EQ(std::u16string(boot::OptionName(u"Boot", 0x1a).text), u"Boot001A");
  EXPECT_EQ(std::u16string(boot::OptionName(u"PlatformRecovery", 0xffff).text), u"PlatformRecoveryFFFF");
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/fw_cfg/fw_cfg.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/fw_cfg_device.hpp"

namespace {

using namespace base;

class FwCfg : public testing::TestWithParam<bool> {
 protected:
  FwCfg() {
    fakes::forget_devices();
    device.plug();
    fakes::take_log();
  }
  ~FwCfg() override { fakes::forget_devices(); }
  fakes::FwCfgDevice device{GetParam()};
};

TEST_P(FwCfg, FindsAndReadsFiles) {
  device.add_file("etc/one", {1, 2, 3});
  device.add_file("etc/two", {4, 5, 6, 7});
  ASSERT_TRUE(fw_cfg::init());
  EXPECT_EQ(fw_cfg::file_count(), 2u);
  auto two = fw_cfg::find("etc/two");
  ASSERT_TRUE(two);
  EXPECT_EQ(two->size, 4u);
  u8 raw[6] = {9, 9, 9, 9, 9, 9};
  fw_cfg::read(two->key, raw);
  EXPECT_EQ(std::vector<u8>(raw, raw + 6), (std::vector<u8>{4, 5, 6, 7, 0, 0}));
  fw_cfg::read_at(two->key, 2, std::span(raw, 2));
  EXPECT_EQ(raw[0], 6);
  EXPECT_EQ(raw[1], 7);
  EXPECT_EQ(fw_cfg::find("etc/three").error(), Error::not_found);
  EXPECT_EQ(fw_cfg::find("etc/on").error(), Error::not_found);
}

TEST_P(FwCfg, NoDevice) {
  fakes::forget_devices();
  EXPECT_EQ(fw_cfg::init().error(), Error::not_found);
  EXPECT_EQ(fw_cfg::file_count(), 0u);
}

TEST_P(FwCfg, HugeCountIsCutShort) {
  fakes::Bytes raw{0xff, 0xff, 0xff, 0xff};
  raw.resize(4 + 64);
  raw[4 + 3] = 5, raw[4 + 5] = 0x20, raw[4 + 8] = 'x';
  device.forge_directory(raw);
  ASSERT_TRUE(fw_cfg::init());
  EXPECT_EQ(fw_cfg::file_count(), 128u);
  EXPECT_NE(fakes::take_log().find("claims 4294967295 files"), std::string::npos);
  EXPECT_EQ(fw_cfg::find("x")->size, 5u);
}

TEST_P(FwCfg, UnterminatedNameEndsWithItsField) {
  fakes::Bytes raw{0, 0, 0, 2};
  raw.resize(4 + 128);
  for (int i = 0; i < 56; ++i) raw[4 + 8 + i] = 'a';
  raw[4 + 64 + 8] = 'b';
  device.forge_directory(raw);
  ASSERT_TRUE(fw_cfg::init());
  EXPECT_EQ(fw_cfg::file(0).name, std::string(56, 'a'));
  EXPECT_EQ(fw_cfg::file(1).name, "b");
}

TEST_P(FwCfg, TruncatedDirectoryReadsAsZeros) {
  device.forge_directory({0, 0, 0, 3, 0, 0});
  ASSERT_TRUE(fw_cfg::init());
  EXPECT_EQ(fw_cfg::file_count(), 3u);
  EXPECT_EQ(fw_cfg::file(2).name, "");
}

TEST_P(FwCfg, SizeIsOnlyAClaim) {
  device.add_file("short", {1, 2});
  device.claim_size("short", 100);
  ASSERT_TRUE(fw_cfg::init());
  auto f = fw_cfg::find("short");
  EXPECT_EQ(f->size, 100u);
  u8 raw[4] = {7, 7, 7, 7};
  fw_cfg::read(f->key, raw);
  EXPECT_EQ(raw[1], 2);
  EXPECT_EQ(raw[3], 0);
}

TEST_P(FwCfg, WriteNeedsDmaAndStaysInside) {
  device.add_file("w", {0, 0, 0, 0});
  ASSERT_TRUE(fw_cfg::init());
  auto f = *fw_cfg::find("w");
  const u8 two[2] = {8, 9};
  if (!GetParam()) {
    EXPECT_EQ(fw_cfg::write(f, 0, two).error(), Error::unsupported);
    return;
  }
  EXPECT_TRUE(fw_cfg::write(f, 2, two));
  EXPECT_EQ(device.file("w"), (fakes::Bytes{0, 0, 8, 9}));
  EXPECT_EQ(fw_cfg::write(f, 3, two).error(), Error::invalid_parameter);
  EXPECT_EQ(fw_cfg::write(f, ~0u, two).error(), Error::invalid_parameter);
  device.fail_dma(true);
  EXPECT_EQ(fw_cfg::write(f, 0, two).error(), Error::device_error);
}

TEST_P(FwCfg, FailedTransferReadsAsZeros) {
  if (!GetParam()) return;
  device.add_file("f", {1, 2, 3, 4});
  ASSERT_TRUE(fw_cfg::init());
  device.fail_dma(true);
  u8 raw[4] = {7, 7, 7, 7};
  fw_cfg::read(fw_cfg::find("f")->key, raw);
  EXPECT_EQ(raw[0] | raw[3], 0);
}

INSTANTIATE_TEST_SUITE_P(Interface, FwCfg, testing::Bool(), [](auto& p) { return p.param ? "Dma" : "Ports"; });

}  // namespace

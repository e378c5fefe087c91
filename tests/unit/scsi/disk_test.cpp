// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/scsi/disk.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/unit/scsi/fake_unit.hpp"

namespace {

using namespace scsi_test;
using scsi::Sense;

struct ScsiDisk : testing::Test {
  ~ScsiDisk() override { fakes::take_log(); }
  Result<> open() { return disk.open(unit, fakes::patience); }
  FakeUnit unit;
  scsi::Disk disk;
};

TEST_F(ScsiDisk, ReadsWritesFlushes) {
  ASSERT_TRUE(open());
  EXPECT_EQ(disk.geometry().block_bytes, 512u);
  EXPECT_EQ(disk.geometry().blocks, unit.medium.size() / 512);
  EXPECT_FALSE(disk.geometry().removable);
  EXPECT_FALSE(disk.geometry().read_only);
  std::vector<u8> all(unit.medium.size());
  ASSERT_TRUE(disk.read(0, all));
  EXPECT_EQ(all, unit.medium);
  std::vector<u8> data(512 * 300, 0x77);
  ASSERT_TRUE(disk.write(9, data));
  EXPECT_TRUE(std::equal(data.begin(), data.end(), unit.medium.begin() + 9 * 512));
  EXPECT_LE(unit.longest, unit.most);
  EXPECT_TRUE(disk.flush());
  EXPECT_EQ(unit.count[scsi::op::synchronize_cache_10], 1u);
  EXPECT_TRUE(disk.reset());
}

TEST_F(ScsiDisk, FirstCommandsHearOfResets) {
  for (int i = 0; i < 3; ++i) unit.pending.push_back({2, {Sense::unit_attention, 0x29, 0}, 0});
  EXPECT_TRUE(open());
}

TEST_F(ScsiDisk, AttentionForEver) {
  unit.always = {2, {Sense::unit_attention, 0x29, 0}, 0};
  EXPECT_EQ(open().error(), Error::device_error);
  EXPECT_LT(unit.commands, 20u);
}

TEST_F(ScsiDisk, WaitsForReadiness) {
  for (int i = 0; i < 50; ++i) unit.pending_ready.push_back({2, {Sense::not_ready, 4, 1}, 0});
  unit.pending_ready.push_back({8, {}, 0});
  EXPECT_TRUE(open());
  unit.always = {2, {Sense::not_ready, 4, 1}, 0};
  u8 data[512];
  EXPECT_EQ(disk.read(0, data).error(), Error::device_error);  // and comes back
}

TEST_F(ScsiDisk, SenseBecomesAnError) {
  ASSERT_TRUE(open());
  const struct {
    u8 key, code;
    Error error;
  } cases[] = {{Sense::medium_error, 0x11, Error::device_error},
               {Sense::hardware_error, 0x44, Error::device_error},
               {Sense::illegal_request, 0x21, Error::device_error},
               {Sense::data_protect, 0x27, Error::write_protected},
               {Sense::not_ready, 0x04 + 1, Error::device_error}};
  u8 data[512];
  for (const auto& c : cases) {
    unit.pending.push_back({2, {c.key, c.code, 0}, 0});
    EXPECT_EQ(disk.read(0, data).error(), c.error) << int(c.key);
  }
  unit.pending.push_back({2, {Sense::recovered, 0x18, 0}, 512});
  EXPECT_TRUE(disk.read(0, data));
  unit.pending.push_back({2, {Sense::aborted, 0x47, 0}, 0});
  EXPECT_TRUE(disk.read(0, data));
  unit.pending.push_back({0x18, {}, 0});
  EXPECT_EQ(disk.read(0, data).error(), Error::device_error);
  unit.carrier_error = Error::timeout;
  EXPECT_EQ(disk.read(0, data).error(), Error::timeout);
}

TEST_F(ScsiDisk, ShortAnswers) {
  ASSERT_TRUE(open());
  unit.shorten = 1;
  u8 data[1024];
  EXPECT_EQ(disk.read(0, data).error(), Error::device_error);
  EXPECT_EQ(disk.write(0, data).error(), Error::device_error);
  scsi::Disk other;
  for (u64 by : {1, 4, 33}) {
    unit.shorten = by;
    EXPECT_FALSE(other.open(unit, fakes::patience)) << by;
  }
}

TEST_F(ScsiDisk, Types) {
  for (int type = 0; type < 256; ++type) {
    unit.type = static_cast<u8>(type);
    unit.block = (type & 0x1f) == 5 ? 2048 : 512;
    const bool usable = type == 0 || type == 5 || type == 7 || type == 14;
    EXPECT_EQ(static_cast<bool>(open()), usable) << type;
  }
}

TEST_F(ScsiDisk, WriteProtection) {
  unit.protected_from_writes = true;
  ASSERT_TRUE(open());
  EXPECT_TRUE(disk.geometry().read_only);
  u8 data[512];
  EXPECT_EQ(disk.write(0, data).error(), Error::write_protected);
  EXPECT_EQ(unit.count[scsi::op::write_10], 0u);
  EXPECT_TRUE(disk.flush());
}

TEST_F(ScsiDisk, LargeDisks) {
  unit.claimed_last = 0x1'0000'0000;
  ASSERT_TRUE(open());
  EXPECT_EQ(disk.geometry().blocks, 0x1'0000'0001u);
  u8 data[512];
  unit.pending.clear();
  (void)!disk.read(0x1'0000'0000, data);
  EXPECT_EQ(unit.count[scsi::op::read_16], 1u);
  EXPECT_EQ(unit.last_lba, 0x1'0000'0000u);
}

TEST_F(ScsiDisk, CapacitiesThatMakeNoSense) {
  for (u32 block : {0u, 1u, 511u, 520u, 65536u, ~0u}) {
    unit.block = block;
    unit.claimed_last = 100;
    EXPECT_EQ(open().error(), Error::unsupported) << block;
  }
  unit.block = 512;
  unit.claimed_last = ~0ull;
  EXPECT_EQ(open().error(), Error::unsupported);
}

TEST_F(ScsiDisk, CdromWithoutAndWithAndWithAnotherMedium) {
  unit.type = 5;
  unit.block = 2048;
  unit.removable = true;
  unit.absent = true;
  ASSERT_TRUE(open());
  EXPECT_EQ(disk.geometry().blocks, 0u);
  EXPECT_EQ(disk.geometry().block_bytes, 2048u);
  EXPECT_TRUE(disk.geometry().read_only);
  EXPECT_EQ(disk.look().error(), Error::no_media);
  unit.absent = false;
  unit.pending.push_back({2, {Sense::unit_attention, 0x28, 0}, 0});
  EXPECT_EQ(disk.look().error(), Error::media_changed);
  EXPECT_EQ(disk.geometry().blocks, unit.medium.size() / 2048);
  EXPECT_TRUE(disk.look());
  u8 data[2048];
  EXPECT_TRUE(disk.read(1, data));
  unit.medium.resize(4096);
  unit.pending.push_back({2, {Sense::unit_attention, 0x28, 0}, 0});
  EXPECT_EQ(disk.read(1, data).error(), Error::media_changed);
  EXPECT_EQ(disk.geometry().blocks, 2u);
  unit.absent = true;
  EXPECT_EQ(disk.read(1, data).error(), Error::no_media);
  EXPECT_EQ(disk.geometry().blocks, 0u);
  // It comes back without a word.
  unit.absent = false;
  EXPECT_EQ(disk.look().error(), Error::media_changed);
  EXPECT_TRUE(disk.look());
  // Raw sectors, as some drives have them.
  unit.block = 2352;
  EXPECT_TRUE(open());
  EXPECT_EQ(disk.geometry().block_bytes, 2048u);
}

TEST(ScsiSense, Formats) {
  const u8 fixed[] = {0x70, 0, 0x26, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x28, 0x01, 0, 0, 0, 0};
  const auto a = scsi::parse_sense(fixed);
  EXPECT_EQ(a.key, 6);
  EXPECT_EQ(a.code, 0x28);
  EXPECT_EQ(a.qualifier, 1);
  const u8 described[] = {0x72, 0x05, 0x24, 0x02, 0, 0, 0, 0};
  const auto b = scsi::parse_sense(described);
  EXPECT_EQ(b.key, 5);
  EXPECT_EQ(b.code, 0x24);
  EXPECT_EQ(b.qualifier, 2);
  EXPECT_EQ(scsi::parse_sense({}).key, 0);
  EXPECT_EQ(scsi::parse_sense({fixed, 5}).code, 0);
  const u8 nonsense[] = {0x7f, 0xff, 0xff, 0xff};
  EXPECT_EQ(scsi::parse_sense(nonsense).key, 0);
}

TEST(ScsiLuns, Lists) {
  const u8 list[] = {0, 0, 0, 40, 0, 0, 0, 0,                          // five units
                     0, 0, 0, 0,  0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0,  // peripheral
                     0x52, 0x34, 0, 0, 0, 0, 0, 0,                     // flat
                     0xc1, 1, 0, 0, 0, 0, 0, 0,                        // well known
                     0, 1, 0, 2, 0, 0, 0, 0};                          // two levels
  u16 luns[8] = {};
  EXPECT_EQ(scsi::parse_luns(list, luns), 3u);
  EXPECT_EQ(luns[0], 0);
  EXPECT_EQ(luns[1], 7);
  EXPECT_EQ(luns[2], 0x1234);
  EXPECT_EQ(scsi::parse_luns(list, std::span(luns).first(2)), 2u);
  EXPECT_EQ(scsi::parse_luns(std::span(list).first(23), luns), 1u);
  EXPECT_EQ(scsi::parse_luns(std::span(list).first(7), luns), 0u);
  u8 lying[16] = {0xff, 0xff, 0xff, 0xff};
  EXPECT_EQ(scsi::parse_luns(lying, luns), 1u);
}

}  // namespace

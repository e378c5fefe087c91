// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/block.hpp"

#include <gtest/gtest.h>

#include "tests/unit/virtio/fake_disks.hpp"

namespace {

using namespace virtio_test;

struct VirtioBlock : testing::Test {
  FakeBlock device;
  virtio::Block disk;
  ~VirtioBlock() override {
    disk.stop();
    EXPECT_TRUE(live_pages.empty());
    fakes::take_log();
  }
  Result<> start() { return disk.start(device.pci, pages, {patience, patience}); }
  std::vector<u8> read(u64 lba, usize bytes) {
    std::vector<u8> got(bytes);
    EXPECT_TRUE(disk.read(lba, got));
    return got;
  }
  std::vector<u8> medium(u64 at, usize bytes) const {
    return {device.medium.begin() + static_cast<long>(at), device.medium.begin() + static_cast<long>(at + bytes)};
  }
};

TEST_F(VirtioBlock, ReadsWritesFlushes) {
  ASSERT_TRUE(start());
  EXPECT_EQ(disk.geometry().block_bytes, 512u);
  EXPECT_EQ(disk.geometry().blocks, device.medium.size() / 512);
  EXPECT_FALSE(disk.geometry().read_only);
  EXPECT_EQ(read(0, 512), medium(0, 512));
  EXPECT_EQ(read(3, 65536), medium(3 * 512, 65536));
  EXPECT_EQ(device.requests, 2u);
  std::vector<u8> data(4096, 0x5a);
  ASSERT_TRUE(disk.write(7, data));
  EXPECT_EQ(medium(7 * 512, 4096), data);
  ASSERT_TRUE(disk.flush());
  EXPECT_EQ(device.flushes, 1u);
  EXPECT_EQ(disk.read(disk.geometry().blocks, data).error(), Error::invalid_parameter);
  EXPECT_EQ(disk.read(0, std::span(data).first(511)).error(), Error::bad_buffer_size);
}

TEST_F(VirtioBlock, LargeTransfersAreOneRequest) {
  ASSERT_TRUE(start());
  EXPECT_EQ(read(0, device.medium.size()), device.medium);
  EXPECT_EQ(device.requests, 1u);
}

TEST_F(VirtioBlock, SegmentLimitsAreKept) {
  device.offered |= 1 << 1 | 1 << 2;
  device.set<u32>(8, 3000);  // size_max
  device.set<u32>(12, 5);    // seg_max
  ASSERT_TRUE(start());
  EXPECT_EQ(read(0, 100 * 512), medium(0, 100 * 512));
  EXPECT_LE(device.longest_piece, 3000u);
  EXPECT_LE(device.most_pieces, 5u + 2u);
  std::vector<u8> data(60 * 512, 0x3c);
  ASSERT_TRUE(disk.write(1, data));
  EXPECT_EQ(medium(512, data.size()), data);
}

TEST_F(VirtioBlock, LargeBlocksAndReadOnly) {
  device.offered |= 1 << 6 | 1 << 5;
  device.set<u32>(20, 4096);
  ASSERT_TRUE(start());
  EXPECT_EQ(disk.geometry().block_bytes, 4096u);
  EXPECT_EQ(disk.geometry().blocks, device.medium.size() / 4096);
  EXPECT_TRUE(disk.geometry().read_only);
  EXPECT_EQ(read(2, 8192), medium(8192, 8192));
  std::vector<u8> data(4096);
  EXPECT_EQ(disk.write(0, data).error(), Error::write_protected);
}

TEST_F(VirtioBlock, LimitsThatMakeNoSense) {
  for (const auto& [offset, value] : std::initializer_list<std::pair<u32, u32>>{{20, 0}, {20, 3}, {20, 8192}, {20, 1u << 31}, {8, 0}, {8, 5}}) {
    device.offered |= 1 << 1 | 1 << 2 | 1 << 6;
    device.set<u32>(20, 512);
    device.set<u32>(8, 4096);
    device.set<u32>(12, 1);
    device.set<u32>(offset, value);
    virtio::Block other;
    EXPECT_FALSE(other.start(device.pci, pages, {patience, patience})) << offset << "=" << value;
    other.stop();
  }
  device.queue_size = 2;
  EXPECT_FALSE(start());
}

TEST_F(VirtioBlock, RequestsThatFail) {
  ASSERT_TRUE(start());
  device.status_byte = 1;
  u8 data[512];
  EXPECT_EQ(disk.read(5, data).error(), Error::device_error);
  EXPECT_NE(fakes::take_log().find("failed with status 1"), std::string::npos);
  device.status_byte = 0;
  EXPECT_TRUE(disk.read(5, data));
  EXPECT_EQ(device.resets, 1u);  // only that of the beginning
}

// The device is reset, set up again, and works on.
TEST_F(VirtioBlock, RecoversFromSilenceAndLies) {
  ASSERT_TRUE(start());
  u8 data[512];
  for (auto mood : {FakeBlock::Mood::silent, FakeBlock::Mood::wrong_id, FakeBlock::Mood::too_many}) {
    const unsigned before = device.resets;
    device.mood = mood;
    EXPECT_EQ(disk.read(5, data).error(), Error::device_error);
    EXPECT_EQ(device.resets, before + 1);
    device.mood = FakeBlock::Mood::honest;
    EXPECT_EQ(read(5, 512), medium(5 * 512, 512));
  }
}

TEST_F(VirtioBlock, DiesWithADeviceThatDoesNotComeBack) {
  ASSERT_TRUE(start());
  u8 data[512];
  device.mood = FakeBlock::Mood::silent;
  device.lets_go = false;
  EXPECT_EQ(disk.read(5, data).error(), Error::device_error);
  const unsigned doorbells = device.doorbells;
  EXPECT_EQ(disk.read(5, data).error(), Error::device_error);
  EXPECT_EQ(device.doorbells, doorbells);
  device.lets_go = true;
}

TEST_F(VirtioBlock, DiesWithADeviceThatComesBackAsAnother) {
  ASSERT_TRUE(start());
  const auto before = disk.geometry();
  u8 data[512];
  device.mood = FakeBlock::Mood::silent;
  device.set<u64>(0, 3);
  EXPECT_EQ(disk.read(5, data).error(), Error::device_error);
  device.mood = FakeBlock::Mood::honest;
  EXPECT_EQ(disk.read(5, data).error(), Error::device_error);
  EXPECT_EQ(disk.geometry(), before);
}

// A copy stands in for the caller's memory where the host does not see it; nothing outside of the copy is offered.
TEST_F(VirtioBlock, CapacityThatGoesBeyond) {
  device.set<u64>(0, ~0ull);
  ASSERT_TRUE(start());
  u8 data[1024];
  EXPECT_EQ(disk.read(~0ull - 1, data).error(), Error::invalid_parameter);
  device.status_byte = 1;
  EXPECT_FALSE(disk.read(~0ull - 2, data));
}

}  // namespace

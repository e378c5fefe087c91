// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/ata/disk.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/ata/identity.hpp"

namespace {

using namespace base;

// Notes what it is asked and moves at most `portion` bytes.
struct FakePort : ata::Port {
  struct Asked {
    ata::TaskFile task;
    u64 bytes;
  };
  ata_test::Identity identity{1 << 20};
  std::vector<Asked> asked;
  u64 portion = ~0ull;

  Result<> identify(ata::Opcode, std::span<u8> into) override {
    std::memcpy(into.data(), identity.words, 512);
    return {};
  }
  Result<> execute(const ata::TaskFile& task) override {
    asked.push_back({task, 0});
    return {};
  }
  u64 move(ata::TaskFile task, u8 shift, u64 bytes) {
    bytes = std::min(bytes, portion);
    ata::set_count(task, bytes >> shift);
    asked.push_back({task, bytes});
    return bytes;
  }
  Result<u64> read(ata::TaskFile task, u8 shift, std::span<u8> into) override { return move(task, shift, into.size()); }
  Result<u64> write(ata::TaskFile task, u8 shift, std::span<const u8> from) override { return move(task, shift, from.size()); }
  Result<u64> packet_in(std::span<const u8>, std::span<u8>) override { return Error::unsupported; }
  Result<u64> packet_out(std::span<const u8>, std::span<const u8>) override { return Error::unsupported; }
};

struct AtaDisk : testing::Test {
  FakePort port;
  ata::Disk disk;
  std::vector<u8> buffer = std::vector<u8>(1_MiB);
  Error open_error() {
    auto opened = disk.open(port);
    return opened ? Error::end_of_file : opened.error();
  }
};

TEST_F(AtaDisk, WideCommands) {
  ASSERT_TRUE(disk.open(port));
  EXPECT_EQ(disk.geometry().blocks, 1u << 20);
  EXPECT_STREQ(disk.model(), "QE");
  port.portion = 64_KiB;
  ASSERT_TRUE(disk.read(7, std::span(buffer).first(160 * 1024)));
  ASSERT_EQ(port.asked.size(), 3u);
  EXPECT_EQ(port.asked[2].task.opcode, ata::Opcode::read_dma_ext);
  EXPECT_EQ(port.asked[2].task.lba, 7u + 256);
  EXPECT_EQ(port.asked[2].bytes, 32u * 1024);
  ASSERT_TRUE(disk.write(0, std::span(buffer).first(512)));
  EXPECT_EQ(port.asked.back().task.opcode, ata::Opcode::write_dma_ext);
  ASSERT_TRUE(disk.flush());
  EXPECT_EQ(port.asked.back().task.opcode, ata::Opcode::flush_cache_ext);
}

TEST_F(AtaDisk, NarrowCommands) {
  port.identity.words[83] = 1 << 14;
  ASSERT_TRUE(disk.open(port));
  EXPECT_EQ(disk.geometry().blocks, 0xfff'ffffu);
  ASSERT_TRUE(disk.read(0xabc'def0, std::span(buffer).first(257 * 512)));
  ASSERT_EQ(port.asked.size(), 2u);
  EXPECT_EQ(port.asked[0].task.opcode, ata::Opcode::read_dma);
  EXPECT_EQ(port.asked[0].task.count, 0) << "256 blocks";
  EXPECT_EQ(port.asked[0].task.device, 0x4a);
  EXPECT_EQ(port.asked[1].task.count, 1);
}

TEST_F(AtaDisk, SectorSizes) {
  port.identity.words[106] = 1 << 14 | 1 << 12;
  port.identity.words[117] = 2048;
  ASSERT_TRUE(disk.open(port));
  EXPECT_EQ(disk.geometry().block_bytes, 4096u);
  for (const u32 words : {0u, 255u, 257u, 4096u, 0x8000'0100u}) {
    port.identity.words[117] = static_cast<u16>(words);
    port.identity.words[118] = static_cast<u16>(words >> 16);
    EXPECT_EQ(open_error(), Error::unsupported) << words;
  }
  port.identity.words[106] = 0xffff;  // not valid
  EXPECT_EQ(open_error(), Error::end_of_file);
}

TEST_F(AtaDisk, WhatIsNoDisk) {
  port.identity.words[103] = 1;
  EXPECT_EQ(open_error(), Error::no_media) << "more sectors than there are addresses";
  port.identity = ata_test::Identity(0);
  EXPECT_EQ(open_error(), Error::no_media);
  port.identity = ata_test::Identity(8);
  port.identity.words[49] = 1 << 9;
  EXPECT_EQ(open_error(), Error::unsupported) << "no DMA";
  port.identity.words[49] = 1 << 8;
  EXPECT_EQ(open_error(), Error::unsupported) << "no LBA";
}

TEST_F(AtaDisk, ModelsWithOddLetters) {
  port.identity.words[27] = 0x1b00 | 0x5b;
  for (int i = 1; i < 20; ++i) port.identity.words[27 + i] = 0xffff;
  ASSERT_TRUE(disk.open(port));
  EXPECT_EQ(std::string(disk.model()), "?[" + std::string(38, '?'));
}

TEST_F(AtaDisk, RangesThatLeaveTheDisk) {
  ASSERT_TRUE(disk.open(port));
  EXPECT_EQ(disk.read((1 << 20) - 1, std::span(buffer).first(1024)).error(), Error::invalid_parameter);
  EXPECT_EQ(disk.write(~0ull, std::span(buffer).first(512)).error(), Error::invalid_parameter);
  EXPECT_EQ(disk.read(0, std::span(buffer).first(100)).error(), Error::bad_buffer_size);
  EXPECT_TRUE(port.asked.empty());
}

}  // namespace

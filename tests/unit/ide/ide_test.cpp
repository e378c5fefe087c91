// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <vector>

#include "lib/ata/disk.hpp"
#include "lib/ide/channel.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/low_memory.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/pci_bus.hpp"
#include "tests/unit/ata/identity.hpp"

namespace {

using namespace base;
using fakes::patience;

fakes::LowMemory* memory_below_4g;
constexpr auto nothing = [](PageRange) { return Result<>(); };
const mem::PageSource low_pages = {[](u64 pages, Gpa) { return memory_below_4g->allocate(pages); },
                                   [](PageRange range) { memory_below_4g->release(range); }, nothing, nothing};

// The primary channel of a PIIX with a disk as master. Fields may be changed to lie.
class FakePiix : public fakes::PortDevice {
 public:
  static constexpr u64 sectors = 4096;
  FakePiix() : identity(sectors), disk(sectors * 512) {
    fakes::forget_devices();
    fakes::take_log();
    bus.plug();
    bus.add(1, 1, 0x8086, 0x7010, 0x010180);
    fakes::attach(static_cast<fakes::PortDevice&>(*this), 0x1f0, 0x1f7);
    fakes::attach(static_cast<fakes::PortDevice&>(*this), 0x3f6, 0x3f6);
    fakes::attach(static_cast<fakes::PortDevice&>(*this), 0xc000, 0xc00f);
    pci.bdf = {0, 1, 1};
    pci.class_code = 0x010180;
    pci.bars[4] = {.kind = pci::Resource::Kind::io, .placed = true, .offset = 0x20, .size = 16, .address = 0xc000};
    for (u64 i = 0; i < disk.size(); ++i) disk[i] = static_cast<u8>(i * 3 + i / 512);
  }
  ~FakePiix() override { fakes::forget_devices(); }

  bool floating = false, busy = false, silent = false, fails = false, bus_fails = false, heals_with_reset = false, no_data = false, no_status = false;
  u8 mid = 0, high = 0;
  u64 resets = 0;
  ata_test::Identity identity;
  std::vector<u8> disk;
  fakes::PciBus bus;
  pci::Device pci;

  u32 in(u16 port, unsigned) override {
    if (floating) return ~0u;
    if (port == 0x1f0) {
      const u16 word = identity.words[word_++ % 256];
      if (word_ == 256) status_ = 0x50;
      return word;
    }
    if (port == 0x1f4) return mid;
    if (port == 0x1f5) return high;
    if (port == 0x1f7 || port == 0x3f6) return slave_ || no_status ? 0 : busy ? 0x80 : status_;
    if (port == 0xc002) return bus_fails ? 2 : 0;
    return 0;
  }
  void out(u16 port, unsigned, u32 value) override {
    if (port >= 0x1f2 && port <= 0x1f5) before_[port & 7] = now_[port & 7], now_[port & 7] = static_cast<u8>(value);
    if (port == 0x1f6) slave_ = value >> 4 & 1;
    if (port == 0x1f7) command(static_cast<u8>(value));
    if (port == 0x3f6 && (value & 4)) {
      ++resets;
      status_ = 0x50;
      if (heals_with_reset) silent = false;
    }
    if (port == 0xc004) table_ = value;
    if (port == 0xc000 && (value & 1) && !silent && (status_ & 8)) move(value & 8);
  }

 private:
  void command(u8 opcode) {
    opcode_ = opcode;
    word_ = 0;
    status_ = silent ? 0x80 : fails ? 0x41 : opcode == 0xec ? (no_data ? 0x50 : 0x58) : opcode == 0x25 || opcode == 0x35 ? 0x58 : 0x50;
  }
  void move(bool to_memory) {
    u64 lba = 0;
    for (int i : {5, 4, 3}) lba = lba << 8 | before_[i];
    for (int i : {5, 4, 3}) lba = lba << 8 | now_[i];
    u64 count = (before_[2] << 8 | now_[2]) * 512, at = lba * 512;
    for (u32* entry = reinterpret_cast<u32*>(u64{table_});; entry += 2) {
      u8* memory = reinterpret_cast<u8*>(u64{entry[0]});
      const u64 bytes = entry[1] & 0xffff ? entry[1] & 0xffff : 65536;
      EXPECT_LE(entry[0] % 65536 + bytes, 65536u);
      to_memory ? std::memcpy(memory, &disk[at], bytes) : std::memcpy(&disk[at], memory, bytes);
      at += bytes;
      count -= bytes;
      if (entry[1] >> 31) break;
    }
    EXPECT_EQ(count, 0u);
    status_ = 0x50;
  }
  u8 before_[8] = {}, now_[8] = {}, status_ = 0x50, opcode_ = 0;
  bool slave_ = false;
  u32 table_ = 0, word_ = 0;
};

struct Ide : testing::Test {
  Ide() { memory_below_4g = &memory; }
  ~Ide() override {
    channel.stop();
    EXPECT_EQ(memory.live(), 0u);
  }
  Error open_error() {
    auto opened = channel.open(device.pci, 0, low_pages, patience);
    return opened ? Error::end_of_file : opened.error();
  }
  void open_disk() {
    ASSERT_EQ(open_error(), Error::end_of_file);
    ASSERT_EQ(channel.look(0), ata::Kind::disk);
    port.init(channel, 0);
    ASSERT_TRUE(disk.open(port));
  }
  fakes::LowMemory memory;
  FakePiix device;
  ide::Channel channel;
  ide::Port port;
  ata::Disk disk;
  std::vector<u8> buffer = std::vector<u8>(2_MiB);
};

TEST_F(Ide, MovesWhatItShould) {
  open_disk();
  for (const u64 count : {1, 9, 127, 128, 129, 3000})
    for (const u64 offset : {0, 1}) {
      const std::span<u8> part = std::span(buffer).subspan(offset, count * 512);
      ASSERT_TRUE(disk.read(11, part));
      ASSERT_EQ(0, std::memcmp(part.data(), &device.disk[11 * 512], part.size())) << count << " at " << offset;
      part[0] ^= 1;
      part.back() ^= 2;
      ASSERT_TRUE(disk.write(5, part));
      ASSERT_EQ(0, std::memcmp(part.data(), &device.disk[5 * 512], part.size()));
    }
  ASSERT_TRUE(disk.flush());
}

TEST_F(Ide, WhatIsOnTheWire) {
  ASSERT_EQ(open_error(), Error::end_of_file);
  EXPECT_EQ(channel.look(0), ata::Kind::disk);
  EXPECT_EQ(channel.look(1), ata::Kind::none);
  device.mid = 0x14, device.high = 0xeb;
  EXPECT_EQ(channel.look(0), ata::Kind::packet);
  device.no_status = true;
  EXPECT_EQ(channel.look(0), ata::Kind::packet) << "it shows none before its first command";
  device.no_status = false;
  device.mid = device.high = 0xff;
  EXPECT_EQ(channel.look(0), ata::Kind::none);
}

TEST_F(Ide, ChannelsThatCannotBeDriven) {
  device.floating = true;
  EXPECT_EQ(open_error(), Error::no_media);
  EXPECT_EQ(channel.look(0), ata::Kind::none);
  channel.stop();
  device.floating = false;
  device.busy = true;
  EXPECT_EQ(open_error(), Error::timeout);
  channel.stop();
  device.busy = false;
  device.pci.bars[4].size = 4;
  EXPECT_EQ(open_error(), Error::unsupported);
  device.pci.bars[4] = {};
  EXPECT_EQ(open_error(), Error::unsupported);
  device.pci.class_code = 0x010181;  // native mode, but no BARs
  EXPECT_EQ(open_error(), Error::unsupported);
}

TEST_F(Ide, FailuresAndRecovery) {
  open_disk();
  const std::span<u8> block = std::span(buffer).first(512);
  device.fails = true;
  EXPECT_EQ(disk.read(0, block).error(), Error::device_error);
  device.fails = false;
  ASSERT_TRUE(disk.read(0, block));
  device.bus_fails = true;
  EXPECT_EQ(disk.read(0, block).error(), Error::device_error);
  device.bus_fails = false;
  device.no_data = true;
  EXPECT_EQ(disk.open(port).error(), Error::device_error);
  device.no_data = false;

  device.silent = device.heals_with_reset = true;
  const u64 before = device.resets;
  EXPECT_EQ(disk.read(0, block).error(), Error::timeout);
  EXPECT_EQ(device.resets, before + 1);
  EXPECT_NE(fakes::take_log().find("the channel is reset"), std::string::npos);
  ASSERT_TRUE(disk.read(2, block));
  EXPECT_EQ(0, std::memcmp(block.data(), &device.disk[2 * 512], 512));
  device.busy = true;
  EXPECT_EQ(disk.read(0, block).error(), Error::timeout);
  device.busy = false;
  EXPECT_EQ(disk.read(0, block).error(), Error::device_error) << "the channel did not come back";
}

}  // namespace

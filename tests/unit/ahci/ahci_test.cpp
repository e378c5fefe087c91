// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <vector>

#include "lib/ahci/adapter.hpp"
#include "lib/ahci/port.hpp"
#include "lib/ata/disk.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/pci_bus.hpp"
#include "tests/unit/ata/identity.hpp"

namespace {

using namespace base;
using fakes::dma_pages, fakes::patience;

// An adapter with a disk at port 1. Fields may be changed to lie.
class FakeAdapter : public fakes::MmioDevice {
 public:
  static constexpr u64 bar_address = 0x80'0000'0000, bar_bytes = 0x1000, sectors = 20'000;

  FakeAdapter() : identity(sectors), disk(sectors * 512) {
    fakes::forget_devices();
    fakes::take_log();
    bus.plug();
    bus.add(3, 0, 0x8086, 0x2922, 0x010601);
    fakes::attach(static_cast<fakes::MmioDevice&>(*this), bar_address, bar_bytes);
    pci.bdf = {0, 3, 0};
    pci.bars[5] = {.kind = pci::Resource::Kind::memory32, .placed = true, .offset = 0x24, .size = bar_bytes, .address = bar_address};
    for (u64 i = 0; i < disk.size(); ++i) disk[i] = static_cast<u8>(i * 5 + i / 512);
  }
  ~FakeAdapter() override { fakes::forget_devices(); }

  u32 capabilities = 1u << 31, implemented = 2, link = 0x113, signature = 0x101;
  bool reset_hangs = false, engine_hangs = false, busy = false, silent = false, fails = false, heals_with_link_reset = false;
  i64 moved_error = 0;
  u64 commands = 0, link_resets = 0;
  ata_test::Identity identity;
  std::vector<u8> disk;
  fakes::PciBus bus;
  pci::Device pci;

  u64 read(u64 offset, unsigned) override {
    if (offset == 0) return capabilities;
    if (offset == 4) return reset_hangs ? 0x8000'0001 : 0x8000'0000;
    if (offset == 0xc) return implemented;
    if (offset < 0x180 || offset >= 0x200) return 0;
    switch (offset - 0x180) {
      case 0x10: return interrupts_;
      case 0x18: return command_ | (command_ & 1 || engine_hangs ? 1u << 15 : 0) | (command_ & 16 || engine_hangs ? 1u << 14 : 0);
      case 0x20: return busy ? 0x80 : interrupts_ >> 30 & 1 ? 0x441 : 0x50;
      case 0x24: return signature;
      case 0x28: return link;
      case 0x38: return issued_;
    }
    return 0;
  }
  void write(u64 offset, unsigned, u64 value) override {
    const u32 v = static_cast<u32>(value);
    if (offset < 0x180) return;
    switch (offset - 0x180) {
      case 0x00: list_ = (list_ & ~0xffff'ffffull) | v; break;
      case 0x04: list_ = (list_ & 0xffff'ffff) | u64{v} << 32; break;
      case 0x10: interrupts_ &= ~v; break;
      case 0x18: command_ = v & ~0xc000u; if (!(v & 1)) issued_ = 0; break;
      case 0x2c:
        link_resets += v == 1;
        if (v == 1 && heals_with_link_reset) silent = false;
        break;
      case 0x38: issued_ |= v; if (!silent && (command_ & 1)) run(); break;
    }
  }

 private:
  void run() {
    ++commands;
    if (fails) {
      interrupts_ |= 1u << 30;
      return;
    }
    u32* header = reinterpret_cast<u32*>(list_);
    const u64 table = header[2] | u64{header[3]} << 32;
    const u8* frame = reinterpret_cast<u8*>(table);
    u64 lba = 0;
    for (int i : {10, 9, 8, 6, 5, 4}) lba = lba << 8 | frame[i];
    u64 address;
    u32 length;
    std::memcpy(&address, frame + 0x80, 8);
    std::memcpy(&length, frame + 0x8c, 4);
    u8* memory = reinterpret_cast<u8*>(address);
    const u64 bytes = header[0] >> 16 ? (length & 0x3f'ffff) + 1 : 0;
    if (frame[2] == 0xec) std::memcpy(memory, identity.words, 512);
    if (frame[2] == 0x25) std::memcpy(memory, &disk[lba * 512], bytes);
    if (frame[2] == 0x35) std::memcpy(&disk[lba * 512], memory, bytes);
    EXPECT_EQ(frame[0], 0x27);
    EXPECT_EQ(header[0] & 0x1f, 5u);
    if (frame[2] == 0x25 || frame[2] == 0x35) EXPECT_EQ(bytes / 512, frame[12] | frame[13] << 8);
    header[1] = static_cast<u32>(static_cast<i64>(bytes) + moved_error);
    issued_ = 0;
  }
  u64 list_ = 0;
  u32 command_ = 0, issued_ = 0, interrupts_ = 0;
};

struct Ahci : testing::Test {
  ~Ahci() override {
    device.engine_hangs = false;
    EXPECT_TRUE(port.stop());
    EXPECT_TRUE(fakes::live_pages.empty());
  }
  Result<ata::Kind> open_port() {
    EXPECT_TRUE(adapter.open(device.pci, patience));
    return port.open(adapter.port_registers(1), adapter.dma_limit(), dma_pages, patience);
  }
  void open_disk() {
    EXPECT_EQ(open_port().value_or(ata::Kind::none), ata::Kind::disk);
    ASSERT_TRUE(disk.open(port));
  }
  FakeAdapter device;
  ahci::Adapter adapter;
  ahci::Port port;
  ata::Disk disk;
  std::vector<u8> buffer = std::vector<u8>(9_MiB);
};

TEST_F(Ahci, MovesWhatItShould) {
  for (const u32 capabilities : {1u << 31, 0u}) {  // a 32-bit adapter gets copies
    device.capabilities = capabilities;
    open_disk();
    EXPECT_EQ(disk.geometry().blocks, FakeAdapter::sectors);
    for (const u64 count : {1, 9, 513, 17'000})
      for (const u64 offset : {0, 1, 2, 4095}) {
        const std::span<u8> part = std::span(buffer).subspan(offset, count * 512);
        ASSERT_TRUE(disk.read(11, part));
        ASSERT_EQ(0, std::memcmp(part.data(), &device.disk[11 * 512], part.size())) << count << " at " << offset;
        part[0] ^= 1;
        part.back() ^= 2;
        ASSERT_TRUE(disk.write(5, part));
        ASSERT_EQ(0, std::memcmp(part.data(), &device.disk[5 * 512], part.size()));
      }
    ASSERT_TRUE(disk.flush());
    ASSERT_TRUE(port.stop());
  }
}

TEST_F(Ahci, LargeReadsTakeFewCommands) {
  open_disk();
  device.commands = 0;
  ASSERT_TRUE(disk.read(0, std::span(buffer).first(8_MiB - 4096)));
  EXPECT_EQ(device.commands, 2u);
}

TEST_F(Ahci, AdaptersThatCannotBeDriven) {
  device.reset_hangs = true;
  EXPECT_EQ(adapter.open(device.pci, patience).error(), Error::timeout);
  device.pci.bars[5].size = 0x100;
  EXPECT_EQ(adapter.open(device.pci, patience).error(), Error::unsupported);
  device.pci.bars[5].size = 0x200;
  device.reset_hangs = false;
  device.implemented = ~0u;
  ASSERT_TRUE(adapter.open(device.pci, patience));
  EXPECT_TRUE(adapter.has_port(1));
  EXPECT_FALSE(adapter.has_port(2)) << "its registers would lie behind the window";
  EXPECT_FALSE(adapter.has_port(32));
}

TEST_F(Ahci, PortsWithNothingUsable) {
  device.link = 0;
  EXPECT_EQ(open_port().value_or(ata::Kind::disk), ata::Kind::none);
  device.link = 1;
  EXPECT_EQ(open_port().error(), Error::timeout) << "a device that never comes up";
  device.link = 3;
  device.engine_hangs = true;
  EXPECT_EQ(open_port().error(), Error::timeout);
  device.engine_hangs = false;
  device.busy = true;
  EXPECT_EQ(open_port().error(), Error::timeout);
  ASSERT_TRUE(port.stop());
  device.busy = false;
  device.signature = 0x9669'0101;
  EXPECT_EQ(open_port().error(), Error::unsupported) << "a port multiplier";
  ASSERT_TRUE(port.stop());
  device.signature = 0xeb14'0101;
  EXPECT_EQ(open_port().value_or(ata::Kind::none), ata::Kind::packet);
}

TEST_F(Ahci, FailuresAndRecovery) {
  open_disk();
  const std::span<u8> block = std::span(buffer).first(512);
  device.fails = true;
  EXPECT_EQ(disk.read(0, block).error(), Error::device_error);
  EXPECT_NE(fakes::take_log().find("ahci: command 25 failed"), std::string::npos);
  device.fails = false;
  ASSERT_TRUE(disk.read(0, block));

  for (const i64 lie : {-512, -1, 511}) {  // it moved less, or says that it moved more
    device.moved_error = lie;
    EXPECT_EQ(static_cast<bool>(disk.read(0, block)), lie > 0) << lie;
  }
  device.moved_error = 0;

  device.silent = device.heals_with_link_reset = true;
  EXPECT_EQ(disk.read(0, block).error(), Error::timeout);
  EXPECT_EQ(device.link_resets, 1u);
  ASSERT_TRUE(disk.read(1, block));
  EXPECT_EQ(0, std::memcmp(block.data(), &device.disk[512], 512));

  device.silent = true;
  device.heals_with_link_reset = false;
  device.link = 0;
  EXPECT_EQ(disk.read(0, block).error(), Error::timeout);
  EXPECT_EQ(disk.read(0, block).error(), Error::device_error) << "it is gone";
  EXPECT_EQ(device.link_resets, 2u);
}

}  // namespace

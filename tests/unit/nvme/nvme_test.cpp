// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <numeric>
#include <vector>

#include "lib/nvme/namespace.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/pci_bus.hpp"

namespace {

using namespace base;
using fakes::dma_pages, fakes::patience;

// An NVMe controller with namespaces 1 and 3. Fields may be changed to lie.
class FakeController : public fakes::MmioDevice {
 public:
  static constexpr u64 bar_address = 0x80'0000'0000, bar_bytes = 0x4000, blocks = 4096;

  FakeController() : disk(blocks * 512) {
    fakes::forget_devices();
    fakes::take_log();
    bus.plug();
    bus.add(3, 0, 0x1b36, 0x0010, 0x010802);
    fakes::attach(static_cast<fakes::MmioDevice&>(*this), bar_address, bar_bytes);
    pci.bdf = {0, 3, 0};
    pci.bars[0] = {.kind = pci::Resource::Kind::memory64, .placed = true, .offset = 0x10, .size = bar_bytes, .address = bar_address};
    for (u64 i = 0; i < disk.size(); ++i) disk[i] = static_cast<u8>(i * 7 + i / 512);
  }
  ~FakeController() override { fakes::forget_devices(); }

  u64 capabilities = 2047 | 1ull << 37 | 15ull << 24;
  u64 status_bits = 0;
  bool stuck = false, silent = false, wakes_when_reset = false;
  u16 command_offset = 0, queue_offset = 0, fail_with = 0;
  u8 format = 0, transfer_limit = 1, block_shift = 9, metadata = 0, attributes = 0;
  u64 size = blocks;
  std::vector<u32> active = {1, 3};
  std::vector<nvme::Command> seen;
  std::vector<u8> disk;
  fakes::PciBus bus;
  pci::Device pci;

  u64 read(u64 offset, unsigned) override {
    if (offset == 0) return capabilities;
    if (offset == 0x1c) return status_bits | (enabled_ && !stuck);
    return 0;
  }
  void write(u64 offset, unsigned, u64 value) override {
    if (offset == 0x14) {
      enabled_ = value & 1;
      silent &= !wakes_when_reset;
      if (!enabled_) queues_[0] = queues_[1] = {};
    }
    if (offset == 0x28) queues_[0].submission = value;
    if (offset == 0x30) queues_[0].completion = value;
    if (offset == 0x1000 || offset == 0x1008) drain(offset == 0x1000 ? 0 : 1, static_cast<u32>(value));
  }

 private:
  struct Queue {
    u64 submission = 0, completion = 0;
    u32 head = 0, tail = 0;
    bool phase = true;
  };
  void drain(unsigned id, u32 tail) {
    Queue& q = queues_[id];
    for (; !silent && q.head != tail; q.head = (q.head + 1) % nvme::QueuePair::entries) {
      nvme::Command c;
      std::memcpy(&c, reinterpret_cast<void*>(q.submission + 64ull * q.head), sizeof c);
      seen.push_back(c);
      const u16 status = fail_with ? fail_with : id == 0 ? admin(c) : io(c);
      const u32 entry[4] = {0, 0, u32{static_cast<u16>(id + queue_offset)} << 16,
                            static_cast<u16>(c.id + command_offset) | u32{q.phase} << 16 | u32{status} << 17};
      std::memcpy(reinterpret_cast<void*>(q.completion + 16ull * q.tail), entry, sizeof entry);
      q.tail = (q.tail + 1) % nvme::QueuePair::entries;
      if (q.tail == 0) q.phase = !q.phase;
    }
  }
  u16 admin(const nvme::Command& c) {
    u8* out = reinterpret_cast<u8*>(c.prp1);
    if (c.opcode == 5) queues_[1].completion = c.prp1;
    if (c.opcode == 1) queues_[1].submission = c.prp1;
    if (c.opcode != 6) return 0;
    std::memset(out, 0, 4096);
    if (c.dword10 == 1) out[77] = transfer_limit, out[516] = 4, out[525] = 1;
    if (c.dword10 == 2) std::memcpy(out, active.data(), 4 * active.size());
    if (c.dword10 == 0) {
      std::memcpy(out, &size, 8);
      out[99] = attributes;
      out[120] = 0x52;
      out[26] = format;
      out[128] = metadata;
      out[130] = block_shift;
    }
    return 0;
  }
  u16 io(const nvme::Command& c) {
    if (c.opcode == 0) return 0;
    const u64 bytes = (u64{c.dword12 & 0xffff} + 1) << block_shift, lba = c.dword10 | u64{c.dword11} << 32;
    u64 done = 0;
    const auto move = [&](u64 address, u64 n) {
      u8* at = disk.data() + (lba << block_shift) + done;
      c.opcode == 2 ? std::memcpy(reinterpret_cast<void*>(address), at, n) : std::memcpy(at, reinterpret_cast<void*>(address), n);
      done += n;
    };
    move(c.prp1, std::min(bytes, 4096 - c.prp1 % 4096));
    if (done == bytes) return 0;
    if (bytes - done <= 4096) return move(c.prp2, bytes - done), 0;
    const u64* list = reinterpret_cast<u64*>(c.prp2);
    while (done != bytes) move(*list++, std::min<u64>(bytes - done, 4096));
    return 0;
  }
  bool enabled_ = false;
  Queue queues_[2];
};

struct Nvme : testing::Test {
  ~Nvme() override {
    device.stuck = false;
    device.status_bits = 0;
    EXPECT_TRUE(controller.stop());
    EXPECT_TRUE(fakes::live_pages.empty());
  }
  Error open_error() {
    auto opened = controller.open(device.pci, dma_pages, patience);
    return opened ? Error::end_of_file : opened.error();
  }
  nvme::Namespace open_disk() {
    nvme::Namespace disk;
    EXPECT_TRUE(controller.open(device.pci, dma_pages, patience));
    EXPECT_TRUE(disk.open(controller, 1));
    return disk;
  }
  FakeController device;
  nvme::Controller controller;
};

TEST_F(Nvme, FindsItsNamespaces) {
  nvme::Namespace disk = open_disk();
  u32 ids[8];
  EXPECT_EQ(controller.list_namespaces(ids).value_or(0), 2u);
  EXPECT_EQ(ids[1], 3u);
  EXPECT_EQ(disk.geometry().block_bytes, 512u);
  EXPECT_EQ(disk.geometry().blocks, FakeController::blocks);
  EXPECT_EQ(disk.eui64(), 0x52u);
  EXPECT_FALSE(disk.geometry().read_only);
}

// Every length and place of a buffer in its pages, one page list and none.
TEST_F(Nvme, MovesWhatItShould) {
  for (const u8 limit : {u8{1}, u8{3}, u8{0}, u8{200}}) {
    device.transfer_limit = limit;
    nvme::Namespace disk = open_disk();
    std::vector<u8> buffer(1536 * 512 + 4096);
    for (const u64 count : {1, 7, 8, 9, 16, 17, 130, 1500})
      for (const u64 offset : {0, 4, 512, 4092, 2}) {
        std::fill(buffer.begin(), buffer.end(), 0xcc);
        u8* start = reinterpret_cast<u8*>(align_up<u64>(reinterpret_cast<u64>(buffer.data()), 4)) + offset;
        const std::span<u8> part(start, std::min<u64>(count * 512, static_cast<u64>(buffer.data() + buffer.size() - start) & ~511ull));
        ASSERT_TRUE(disk.read(5, part));
        ASSERT_EQ(0, std::memcmp(part.data(), device.disk.data() + 5 * 512, part.size())) << count << " at " << offset;
        if (part.data() + part.size() < buffer.data() + buffer.size()) EXPECT_EQ(part.data()[part.size()], 0xcc);
        for (u8& b : part) b ^= 0x5a;
        ASSERT_TRUE(disk.write(9, part));
        ASSERT_EQ(0, std::memcmp(part.data(), device.disk.data() + 9 * 512, part.size()));
      }
    ASSERT_TRUE(disk.flush());
    EXPECT_EQ(device.seen.back().opcode, 0);
    ASSERT_TRUE(controller.stop());
  }
}

TEST_F(Nvme, LargeReadsTakeFewCommands) {
  device.transfer_limit = 0;
  nvme::Namespace disk = open_disk();
  std::vector<u8> buffer(2_MiB - 4096);
  device.seen.clear();
  ASSERT_TRUE(disk.read(0, buffer));
  EXPECT_EQ(device.seen.size(), 2u);
}

TEST_F(Nvme, RangesThatLeaveTheDisk) {
  nvme::Namespace disk = open_disk();
  std::vector<u8> two(1024);
  device.seen.clear();
  EXPECT_EQ(disk.read(FakeController::blocks - 1, two).error(), Error::invalid_parameter);
  EXPECT_EQ(disk.read(~0ull, two).error(), Error::invalid_parameter);
  EXPECT_EQ(disk.read(0, std::span(two).first(511)).error(), Error::bad_buffer_size);
  EXPECT_TRUE(device.seen.empty());
  EXPECT_TRUE(disk.read(FakeController::blocks - 2, two));
}

TEST_F(Nvme, WriteProtected) {
  device.attributes = 1;
  nvme::Namespace disk = open_disk();
  EXPECT_TRUE(disk.geometry().read_only);
  EXPECT_EQ(disk.write(0, std::vector<u8>(512)).error(), Error::write_protected);
}

TEST_F(Nvme, ControllersThatCannotBeDriven) {
  for (const unsigned long long bad : {2047ull, 3 | 1ull << 37, 2047 | 1ull << 37 | 1ull << 48, 2047 | 1ull << 37 | 15ull << 32, ~0ull}) {
    device.capabilities = bad;
    EXPECT_EQ(open_error(), Error::unsupported) << bad;
  }
  device.pci.bars[0].placed = false;
  EXPECT_EQ(open_error(), Error::unsupported);
}

TEST_F(Nvme, NeverReady) {
  device.stuck = true;
  EXPECT_EQ(open_error(), Error::timeout);
  ASSERT_TRUE(controller.stop());
  device.stuck = false;
  device.status_bits = 2;
  EXPECT_EQ(open_error(), Error::end_of_file) << "fatal, but ready";
}

TEST_F(Nvme, NamespacesThatAreNone) {
  ASSERT_TRUE(controller.open(device.pci, dma_pages, patience));
  nvme::Namespace disk;
  const auto error = [&] { return disk.open(controller, 1).error(); };
  device.block_shift = 8;
  EXPECT_EQ(error(), Error::unsupported);
  device.block_shift = 64;
  EXPECT_EQ(error(), Error::unsupported);
  device.block_shift = 12;
  device.metadata = 8;
  EXPECT_EQ(error(), Error::unsupported);
  device.metadata = 0;
  device.format = 5;
  EXPECT_EQ(error(), Error::unsupported);
  device.format = 0;
  device.size = 0;
  EXPECT_EQ(error(), Error::no_media);
  device.size = ~0ull;
  EXPECT_EQ(error(), Error::no_media);
  device.active = {3, 1};
  u32 ids[4];
  EXPECT_EQ(controller.list_namespaces(ids).error(), Error::protocol_error);
  device.active.assign(1024, 0);
  std::iota(device.active.begin(), device.active.end(), 1);
  EXPECT_EQ(controller.list_namespaces(ids).value_or(0), 4u);
}

// A refused command is that command's end; an answer to another one, or none, is the controller's: it is reset.
TEST_F(Nvme, FailuresAndRecovery) {
  nvme::Namespace disk = open_disk();
  std::vector<u8> block(512);
  device.fail_with = 0x281;
  EXPECT_EQ(disk.read(0, block).error(), Error::device_error);
  EXPECT_NE(fakes::take_log().find("failed with status 0281"), std::string::npos);
  device.fail_with = 0;
  ASSERT_TRUE(disk.read(0, block));

  device.command_offset = 1;
  EXPECT_EQ(disk.read(0, block).error(), Error::protocol_error);
  EXPECT_EQ(disk.read(0, block).error(), Error::device_error) << "the queues could not be made again";
}

TEST_F(Nvme, SilenceIsSurvived) {
  nvme::Namespace disk = open_disk();
  std::vector<u8> block(512);
  device.wakes_when_reset = true;
  device.silent = true;
  EXPECT_EQ(disk.read(0, block).error(), Error::timeout);
  ASSERT_TRUE(disk.read(3, block));
  EXPECT_EQ(0, std::memcmp(block.data(), device.disk.data() + 3 * 512, 512));
}

TEST_F(Nvme, AnswersOfAnotherQueue) {
  nvme::Namespace disk = open_disk();
  device.queue_offset = 1;
  std::vector<u8> block(512);
  EXPECT_EQ(disk.read(0, block).error(), Error::protocol_error);
}

}  // namespace

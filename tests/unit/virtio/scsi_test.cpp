// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/scsi.hpp"

#include <gtest/gtest.h>

#include "lib/scsi/disk.hpp"
#include "tests/unit/scsi/fake_unit.hpp"
#include "tests/unit/virtio/fake_disks.hpp"

namespace {

using namespace virtio_test;

// A host with one unit at 3:5.
class FakeScsiHost : public ChainDevice {
 public:
  FakeScsiHost() {
    offered = 1ull << 32;
    queues = 3;
    set<u32>(8, 0xffff);
    set<u16>(30, 255);
    // Longer than one page of data never goes to the fake at once.
    unit.most = 1 << 20;
  }
  scsi_test::FakeUnit unit;
  u8 response = 0;
  u32 residual = 0, sense_bytes = 18;
  unsigned for_nobody = 0;

 protected:
  static u32 no_such_unit(u8* out) {
    out[10] = 2;
    out[12] = 0x70;
    out[14] = 5;
    out[24] = 0x25;
    return 108;
  }
  u32 work(std::vector<Piece>& chain) override {
    ++requests;
    usize answer_at = 1;
    while (answer_at < chain.size() && !chain[answer_at].writable) ++answer_at;
    if (chain[0].bytes != 51 || answer_at > 2 || answer_at == chain.size() || chain[answer_at].bytes != 108) std::abort();
    const u8* request = chain[0].at;
    u8* out = chain[answer_at].at;
    std::memset(out, 0, 108);
    const bool target = request[0] == 1 && request[1] == 3 && request[2] == 0x40, here = target && request[3] == 5;
    if (target && request[3] == 0) return no_such_unit(out);
    if (!here) ++for_nobody;
    out[11] = here ? response : 3;
    if (!here || response) return 108;
    scsi::Command command;
    std::memcpy(command.cdb.bytes, request + 19, 16);
    if (answer_at == 2) command.out = {chain[1].at, chain[1].bytes};
    if (answer_at + 1 < chain.size()) command.in = {chain[answer_at + 1].at, chain[answer_at + 1].bytes};
    const auto done = unit.execute(command);
    if (!done) std::abort();
    const scsi::Answer answer = done.value_or({});
    const u32 left = residual ? residual : static_cast<u32>(command.in.size() + command.out.size() - answer.moved);
    std::memcpy(out, &sense_bytes, 4);
    std::memcpy(out + 4, &left, 4);
    out[10] = answer.status;
    out[12] = 0x70;
    out[14] = answer.sense.key;
    out[24] = answer.sense.code;
    out[25] = answer.sense.qualifier;
    return 108;
  }
};

struct VirtioScsi : testing::Test {
  FakeScsiHost device;
  virtio::ScsiHost host;
  ~VirtioScsi() override {
    host.stop();
    EXPECT_TRUE(live_pages.empty());
    fakes::take_log();
  }
  Result<> start() { return host.start(device.pci, pages, {patience, patience}); }
};

TEST_F(VirtioScsi, Disk) {
  ASSERT_TRUE(start());
  EXPECT_EQ(host.last_target(), 255);
  virtio::ScsiUnit unit(host, 3, 5);
  scsi::Disk disk;
  ASSERT_TRUE(disk.open(unit, patience));
  std::vector<u8> data(100 * 512);
  ASSERT_TRUE(disk.read(4, data));
  EXPECT_TRUE(std::equal(data.begin(), data.end(), device.unit.medium.begin() + 4 * 512));
  ASSERT_TRUE(disk.write(0, data));
  EXPECT_TRUE(std::equal(data.begin(), data.end(), device.unit.medium.begin()));
  EXPECT_TRUE(disk.flush());
}

TEST_F(VirtioScsi, NobodyThere) {
  ASSERT_TRUE(start());
  for (const auto& [target, lun] : std::initializer_list<std::pair<u8, u16>>{{2, 5}, {3, 4}, {3, 0x105}}) {
    auto answer = host.execute(target, lun, {scsi::test_unit_ready(), {}, {}});
    EXPECT_EQ(answer.error(), Error::no_response);
  }
  EXPECT_EQ(device.for_nobody, 3u);
}

TEST_F(VirtioScsi, FindsTargetsManyAtATime) {
  ASSERT_TRUE(start());
  auto found = host.find_targets();
  ASSERT_TRUE(found);
  for (unsigned i = 0; i < 256; ++i) EXPECT_EQ(found->has(i), i == 3) << i;
  EXPECT_LE(device.doorbells, 16u);
  EXPECT_EQ(device.requests, 256u);
  host.stop();
  device.queue_size = 4;
  device.set<u16>(30, 4);
  ASSERT_TRUE(start());
  found = host.find_targets();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->has(3));
  device.mood = ChainDevice::Mood::silent;
  EXPECT_EQ(host.find_targets().error(), Error::device_error);
  device.mood = ChainDevice::Mood::honest;
  EXPECT_TRUE(host.find_targets());
}

TEST_F(VirtioScsi, Responses) {
  ASSERT_TRUE(start());
  const scsi::Command ready{scsi::test_unit_ready(), {}, {}};
  for (u8 response : {1, 2, 4, 6, 9, 254, 255}) {
    device.response = response;
    EXPECT_EQ(host.execute(3, 5, ready).error(), Error::device_error) << int(response);
  }
  device.response = 5;
  EXPECT_EQ(host.execute(3, 5, ready)->status, scsi::status::busy);
  device.response = 0;
  device.unit.pending.push_back({2, {6, 0x29, 1}, 0});
  device.sense_bytes = ~0u;
  auto answer = host.execute(3, 5, ready);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 2);
  EXPECT_EQ(answer->sense.key, 6);
  EXPECT_EQ(answer->sense.code, 0x29);
  u8 data[36];
  device.residual = ~0u;
  EXPECT_EQ(host.execute(3, 5, {scsi::inquiry(36), data, {}})->moved, 0u);
}

TEST_F(VirtioScsi, RecoversFromSilence) {
  ASSERT_TRUE(start());
  const scsi::Command ready{scsi::test_unit_ready(), {}, {}};
  for (auto mood : {ChainDevice::Mood::silent, ChainDevice::Mood::wrong_id, ChainDevice::Mood::too_many}) {
    device.mood = mood;
    EXPECT_EQ(host.execute(3, 5, ready).error(), Error::device_error);
    device.mood = ChainDevice::Mood::honest;
    EXPECT_TRUE(host.execute(3, 5, ready));
  }
  device.mood = ChainDevice::Mood::silent;
  device.lets_go = false;
  EXPECT_FALSE(host.execute(3, 5, ready));
  const unsigned doorbells = device.doorbells;
  EXPECT_FALSE(host.execute(3, 5, ready));
  EXPECT_EQ(device.doorbells, doorbells);
  device.lets_go = true;
}

TEST_F(VirtioScsi, LimitsThatMakeNoSense) {
  device.set<u32>(8, 0);
  EXPECT_FALSE(start());
  host.stop();
  device.set<u32>(8, 7);
  EXPECT_FALSE(start());
  host.stop();
  device.set<u32>(8, 0xffff'ffff);
  device.set<u16>(30, 0xffff);
  ASSERT_TRUE(start());
  EXPECT_EQ(host.last_target(), 255);
  EXPECT_LE(host.most_bytes(), 16_MiB);
  host.stop();
  device.queues = 2;
  EXPECT_FALSE(start());
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/virtio/network.hpp"

#include "tests/unit/net/card_fixture.hpp"
#include "tests/unit/virtio/fake_network.hpp"

namespace {

using namespace net_test;
using virtio_test::FakeDevice, virtio_test::FakeNetwork;
using VirtioNetwork = CardFixture<FakeNetwork, virtio::Network>;

TEST_F(VirtioNetwork, IsLeftAloneUntilItIsWanted) {
  ASSERT_TRUE(open());
  EXPECT_EQ(card.properties().address, (net::Address{{0x52, 0x54, 0, 1, 2, 3}}));
  EXPECT_EQ(card.properties().most_payload, 1500);
  EXPECT_TRUE(card.properties().reports_link);
  EXPECT_EQ(device.status, 0);
  EXPECT_TRUE(live_pages.empty());
  ASSERT_TRUE(card.up());
  EXPECT_EQ(device.status, 1 | 2 | 4 | 8);
  EXPECT_EQ(device.rings[0].available_index(), 64);
  EXPECT_EQ(device.announced[0], 1u);
  ASSERT_TRUE(card.down());
  EXPECT_EQ(device.status, 0);
  EXPECT_TRUE(live_pages.empty());
}

TEST_F(VirtioNetwork, FramesGoBothWays) { check_both_ways(); }
TEST_F(VirtioNetwork, ACardThatSendsNothing) { check_silence(64); }
TEST_F(VirtioNetwork, DoesNotLetGo) { check_not_letting_go(); }

// More than any ring is long, and the device hears of its buffers before it has none.
TEST_F(VirtioNetwork, BuffersGoRound) {
  bring_up();
  for (unsigned i = 0; i < 70'000; ++i) {
    ASSERT_TRUE(device.deliver(frame(60, static_cast<u8>(i))));
    if (i % 5) continue;
    for (unsigned k = 0; k < 5 && i; ++k) ASSERT_TRUE(card.receive(into));
    ASSERT_TRUE(card.transmit(frame(60), into));
    ASSERT_TRUE(card.transmitted());
  }
  EXPECT_GT(device.announced[0], 70'000u / 64);
  EXPECT_LT(device.announced[0], 70'000u / 16);
}

TEST_F(VirtioNetwork, LengthsThatMakeNoSense) {
  bring_up();
  const Frame sound = frame(60);
  for (u32 claimed : {0u, 11u, 12u, 25u, 12 + 1519u, 12 + 2032u, 12 + 2033u, 0x7fff'ffffu, 0xffff'ffffu}) {
    ASSERT_TRUE(device.deliver(sound, claimed)) << claimed;
    ASSERT_TRUE(device.deliver(sound));
    EXPECT_EQ(receive(), sound) << claimed;
  }
  const std::string log = fakes::take_log();
  EXPECT_NE(log.find("are dropped"), std::string::npos);
  EXPECT_EQ(lines(log), 1) << log;
  // Nothing but nonsense, for ever: the caller is let go after a while.
  for (unsigned i = 0; i < 64; ++i) ASSERT_TRUE(device.deliver(sound, 3));
  EXPECT_EQ(receive_error(), Error::not_ready);
}

TEST_F(VirtioNetwork, BuffersItWasNeverGiven) {
  for (u32 id : {1u, 127u, 128u, 0xffffu, 0xffff'ffffu}) {
    bring_up();
    device.rings[0].put_used(id, 72);
    EXPECT_EQ(receive_error(), Error::device_error) << id;
    EXPECT_EQ(receive_error(), Error::device_error);
    const std::string log = fakes::take_log();
    EXPECT_EQ(lines(log), 1) << log;
    // Down and up again, it gets another chance.
    ASSERT_TRUE(card.up());
    ASSERT_TRUE(device.deliver(frame(60)));
    EXPECT_EQ(receive(), frame(60));
  }
}

TEST_F(VirtioNetwork, BuffersItGivesBackTwice) {
  bring_up();
  device.sends = false;
  ASSERT_TRUE(card.transmit(frame(60), into));
  ASSERT_TRUE(card.transmit(frame(60), into + 1));
  const u16 head = device.rings[1].available_entry(0);
  device.rings[1].put_used(head, 0);
  device.rings[1].put_used(head, 0);
  EXPECT_EQ(card.transmitted().value_or(nullptr), into);
  EXPECT_EQ(transmitted_error(), Error::protocol_error);
  EXPECT_EQ(card.transmit(frame(60), into).error(), Error::device_error);
  EXPECT_NE(fakes::take_log().find("does not have"), std::string::npos);
  // More than it was given at all.
  ASSERT_TRUE(card.up());
  device.rings[0].used_index() = 65;
  EXPECT_EQ(receive_error(), Error::device_error);
}

TEST_F(VirtioNetwork, AddressesAndSizesThatMakeNoSense) {
  const auto refused = [&] {
    const bool refused = !open();
    const std::string log = fakes::take_log();
    EXPECT_EQ(lines(log), refused) << log;
    EXPECT_EQ(device.status, 0);
    return refused;
  };
  device.config[0] = 0x53;
  EXPECT_TRUE(refused());
  std::memset(device.config, 0, 6);
  EXPECT_TRUE(refused());
  std::memset(device.config, 0xff, 6);
  EXPECT_TRUE(refused());
  device.config[0] = 2;
  EXPECT_FALSE(refused());
  device.offered &= ~u64{FakeNetwork::mac};
  EXPECT_TRUE(refused());
  device.offered |= FakeNetwork::mac | FakeNetwork::mtu;
  for (const auto [mtu, payload] : {std::pair<u16, u16>{0, 0}, {67, 0}, {68, 68}, {1499, 1499}, {1501, 1500}, {0xffff, 1500}}) {
    std::memcpy(device.config + 10, &mtu, 2);
    EXPECT_EQ(refused(), payload == 0) << mtu;
    if (payload) EXPECT_EQ(card.properties().most_payload, payload);
  }
}

TEST_F(VirtioNetwork, ConfigurationThatIsNotThere) {
  FakeDevice small;
  small.add_window(1, 4, 0, 0x38);
  small.add_window(2, 4, 0x3000, 0x1000);
  small.add_window(4, 4, 0x2000, 4);
  small.offered = 1ull << 32 | 1 << 5;
  EXPECT_EQ(card.open(small.pci, fakes::dma_pages, patience).error(), Error::unsupported);
  fakes::take_log();
}

TEST_F(VirtioNetwork, Link) {
  bring_up();
  EXPECT_TRUE(card.link());
  device.config[6] = 0;
  EXPECT_FALSE(card.link());
  device.config[6] = 0xfe;
  EXPECT_FALSE(card.link());
  device.offered &= ~u64{FakeNetwork::link};
  bring_up();
  EXPECT_TRUE(card.link());
}

TEST_F(VirtioNetwork, ComesBackAsAnother) {
  bring_up();
  device.config[5] ^= 1;
  EXPECT_FALSE(card.up());
  EXPECT_TRUE(live_pages.empty());
  EXPECT_EQ(device.status, 0);
}

TEST_F(VirtioNetwork, QueuesThatAreNotThere) {
  ASSERT_TRUE(open());
  device.queues = 1;
  EXPECT_FALSE(card.up());
  EXPECT_TRUE(live_pages.empty());
  device.queues = 2;
  device.queue_size = 1;
  EXPECT_FALSE(card.up());
  EXPECT_TRUE(live_pages.empty());
  device.queue_size = 2;
  EXPECT_TRUE(card.up());
  device.starts = false;
  EXPECT_FALSE(card.up());
  EXPECT_TRUE(live_pages.empty());
}

}  // namespace

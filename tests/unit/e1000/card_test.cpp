// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/unit/e1000/fake_card.hpp"
#include "tests/unit/net/card_fixture.hpp"

namespace {

using namespace net_test;
using E1000 = CardFixture<e1000_test::FakeCard, e1000::Card>;

TEST_F(E1000, IsLeftAloneUntilItIsWanted) {
  ASSERT_TRUE(open());
  EXPECT_EQ(card.properties().address, (net::Address{{0x52, 0x54, 0, 0x12, 0x34, 0x56}}));
  EXPECT_FALSE(device.running());
  EXPECT_TRUE(live_pages.empty());
  ASSERT_TRUE(card.up());
  EXPECT_TRUE(device.running());
  EXPECT_TRUE(card.link());
  device.linked = false;
  EXPECT_FALSE(card.link());
  ASSERT_TRUE(card.down());
  EXPECT_FALSE(device.running());
  EXPECT_TRUE(live_pages.empty());
}

TEST_F(E1000, FramesGoBothWays) { check_both_ways(); }
TEST_F(E1000, ACardThatSendsNothing) { check_silence(63); }
TEST_F(E1000, DoesNotLetGo) { check_not_letting_go(); }

TEST_F(E1000, BuffersGoRound) {
  bring_up();
  for (unsigned i = 0; i < 1000; ++i) {
    for (u8 k = 0; k < 40; ++k) ASSERT_TRUE(device.deliver(frame(60, k)));
    for (u8 k = 0; k < 40; ++k) ASSERT_EQ(receive(), frame(60, k));
    ASSERT_TRUE(card.transmit(frame(60), into));
    ASSERT_TRUE(card.transmitted());
    if (i % 2) ASSERT_EQ(receive_error(), Error::not_ready);
  }
  EXPECT_LE(device.announced, 4000u);
}

TEST_F(E1000, LengthsThatMakeNoSense) {
  bring_up();
  constexpr u64 done = u64{1} << 32, whole = u64{3} << 32, error = u64{1} << 40;
  for (u64 word : {whole, whole | 13, whole | 1519, whole | 2049, whole | 0xffff, done | 60, whole | 60 | error, whole | 60 | error << 7}) {
    ASSERT_TRUE(device.deliver(frame(60), word)) << word;
    ASSERT_TRUE(device.deliver(frame(60, 2)));
    EXPECT_EQ(receive(), frame(60, 2)) << word;
  }
  // All of the ring is nonsense, and stays so: the caller is let go.
  for (u32 i = 0; i < 64; ++i) device.descriptor(0x2800, i).word = ~0ull;
  EXPECT_EQ(receive_error(), Error::not_ready);
}

// What it says of buffers that are ours is not believed, or harms nobody but itself.
TEST_F(E1000, BuffersItDoesNotHave) {
  bring_up();
  for (u32 i = 0; i < 64; ++i) device.descriptor(0x3800, i).word = ~0ull;
  EXPECT_EQ(transmitted_error(), Error::not_ready);
  device.sends = false;
  ASSERT_TRUE(card.transmit(frame(60), into));
  device.descriptor(0x3800, 0).word |= 1ull << 32;
  device.descriptor(0x3800, 0).address = ~0ull;
  EXPECT_EQ(card.transmitted().value_or(nullptr), into);
  EXPECT_EQ(transmitted_error(), Error::not_ready);
  // Twice the same, and one out of order.
  device.descriptor(0x2800, 1) = {~0ull, 60 | 3ull << 32};
  EXPECT_EQ(receive_error(), Error::not_ready);
}

TEST_F(E1000, CardsThatAreRefused) {
  for (u64 address : std::initializer_list<u64>{0, ~0ull, 0x8000'5634'1200'5453}) {
    device.address = address;
    EXPECT_EQ(open().error(), Error::protocol_error) << address;
    EXPECT_EQ(lines(fakes::take_log()), 1);
  }
  device.address = 0x8000'5634'1200'5452;
  for (auto change : {+[](pci::Resource& r) { r.placed = false; }, +[](pci::Resource& r) { r.size = 0x1000; },
                      +[](pci::Resource& r) { r.kind = pci::Resource::Kind::io; }, +[](pci::Resource& r) { r.kind = pci::Resource::Kind::none; }}) {
    pci::Device other = device.pci;
    change(other.bars[0]);
    EXPECT_EQ(card.open(other, fakes::dma_pages, patience).error(), Error::unsupported);
  }
  device.lets_go = false;
  const u64 before = ticks;
  EXPECT_EQ(open().error(), Error::timeout);
  EXPECT_LT(ticks - before, 2 * patience.limit);
}

TEST_F(E1000, ComesBackAsAnother) {
  bring_up();
  device.address ^= 1ull << 40;
  EXPECT_FALSE(card.up());
  EXPECT_TRUE(live_pages.empty());
  EXPECT_FALSE(device.running());
}

}  // namespace

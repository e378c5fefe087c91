// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lib/net/device.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/machine.hpp"

namespace net_test {

using namespace base;
using fakes::live_pages, fakes::patience, fakes::ticks;
using Frame = std::vector<u8>;

inline Frame frame(usize bytes, u8 seed = 1) {
  Frame f(bytes);
  for (usize i = 0; i < bytes; ++i) f[i] = static_cast<u8>(i * 7 + seed);
  return f;
}

inline long lines(const std::string& log) { return std::count(log.begin(), log.end(), '\n'); }

// A driver of a network card on a card that is a fake.
template <class Fake, class Card>
struct CardFixture : testing::Test {
  Fake device;
  Card card;
  u8 into[net::most_frame];

  ~CardFixture() override {
    device.lets_go = true;
    EXPECT_TRUE(card.down());
    EXPECT_TRUE(live_pages.empty());
    fakes::take_log();
  }
  Result<> open() { return card.open(device.pci, fakes::dma_pages, patience); }
  void bring_up() {
    ASSERT_TRUE(open());
    ASSERT_TRUE(card.up());
  }
  Error receive_error() {
    auto got = card.receive(into);
    return got ? Error::end_of_file : got.error();
  }
  Error transmitted_error() {
    auto done = card.transmitted();
    return done ? Error::end_of_file : done.error();
  }
  Frame receive() {
    auto got = card.receive(into);
    EXPECT_TRUE(got);
    return got ? Frame(into, into + *got) : Frame();
  }

  void check_both_ways() {
    bring_up();
    int a = 0, b = 0;
    EXPECT_TRUE(card.transmit(frame(60), &a));
    EXPECT_TRUE(card.transmit(frame(1514, 9), &b));
    EXPECT_EQ(device.sent, (std::vector<Frame>{frame(60), frame(1514, 9)}));
    EXPECT_EQ(card.transmitted().value_or(nullptr), &a);
    EXPECT_EQ(card.transmitted().value_or(nullptr), &b);
    EXPECT_EQ(transmitted_error(), Error::not_ready);
    EXPECT_EQ(receive_error(), Error::not_ready);
    ASSERT_TRUE(device.deliver(frame(14)));
    ASSERT_TRUE(device.deliver(frame(1518, 5)));
    EXPECT_EQ(receive(), frame(14));
    EXPECT_EQ(receive(), frame(1518, 5));
    EXPECT_EQ(receive_error(), Error::not_ready);
  }
  // A card that sends nothing: `slots` frames, then no more, until it does.
  void check_silence(unsigned slots) {
    bring_up();
    device.sends = false;
    for (unsigned i = 0; i < slots; ++i) ASSERT_TRUE(card.transmit(frame(60, static_cast<u8>(i)), into + i));
    EXPECT_EQ(card.transmit(frame(60), into).error(), Error::not_ready);
    EXPECT_EQ(transmitted_error(), Error::not_ready);
    device.serve();
    for (unsigned i = 0; i < slots; ++i) EXPECT_EQ(card.transmitted().value_or(nullptr), into + i);
    EXPECT_EQ(transmitted_error(), Error::not_ready);
    EXPECT_TRUE(card.transmit(frame(60), into));
  }
  // Memory that it may still write into is not freed, and nobody waits for ever.
  void check_not_letting_go() {
    bring_up();
    device.lets_go = false;
    const u64 before = ticks;
    EXPECT_FALSE(card.down());
    EXPECT_LT(ticks - before, 3 * patience.limit);
    EXPECT_FALSE(card.up());
    EXPECT_FALSE(live_pages.empty());
    Card other;
    EXPECT_FALSE(other.open(device.pci, fakes::dma_pages, patience));
  }
};

}  // namespace net_test

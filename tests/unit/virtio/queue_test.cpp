// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <map>

#include "tests/fakes/choices.hpp"
#include "tests/unit/virtio/fake_device.hpp"

namespace {

using namespace virtio_test;
using virtio::Queue;
using Piece = Queue::Piece;

struct VirtioQueue : testing::Test {
  VirtioQueue() {
    fakes::take_log();
    EXPECT_TRUE(queue.allocate(pages, 8));
    ring = {queue.descriptors().raw(), queue.available_ring().raw(), queue.used_ring().raw(), 8};
  }
  ~VirtioQueue() override { fakes::take_log(); }
  Result<u16> submit(std::initializer_list<Piece> chain) { return queue.submit({chain.begin(), chain.size()}); }
  Error poll_error() {
    auto done = queue.poll();
    return done ? Error::end_of_file : done.error();
  }
  Queue queue;
  RingView ring;
};

TEST_F(VirtioQueue, ChainAsTheDeviceSeesIt) {
  auto id = submit({{Gpa(0x1000), 16, false}, {Gpa(0x2000), 512, true}, {Gpa(0x3000), 1, true}});
  ASSERT_TRUE(id);
  EXPECT_EQ(ring.available_index(), 1);
  EXPECT_EQ(ring.available_entry(0), *id);
  const auto& first = ring.descriptor(*id);
  EXPECT_EQ(first.address, 0x1000u);
  EXPECT_EQ(first.length, 16u);
  EXPECT_EQ(first.flags, 1);
  const auto& second = ring.descriptor(first.next);
  EXPECT_EQ(second.flags, 3);
  EXPECT_EQ(ring.descriptor(second.next).flags, 2);
  ring.put_used(*id, 513);
  auto done = queue.poll();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->id, *id);
  EXPECT_EQ(done->written, 513u);
  EXPECT_EQ(poll_error(), Error::not_ready);
}

TEST_F(VirtioQueue, Full) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(submit({{Gpa(0), 1, false}, {Gpa(0), 1, true}}));
  EXPECT_EQ(submit({{Gpa(0), 1, true}}).error(), Error::out_of_resources);
  ring.put_used(ring.available_entry(2), 0);
  ASSERT_TRUE(queue.poll());
  EXPECT_TRUE(submit({{Gpa(0), 1, true}, {Gpa(0), 1, true}}));
  EXPECT_EQ(queue.in_flight(), 4);
}

TEST_F(VirtioQueue, ChainsThatMakeNoSense) {
  EXPECT_FALSE(queue.submit({}));
  EXPECT_FALSE(submit({{Gpa(0), 0, true}}));
  EXPECT_FALSE(submit({{Gpa(0), 1, true}, {Gpa(0), 1, false}}));
  EXPECT_FALSE(submit({{Gpa(0), ~0u, true}, {Gpa(0), 1, true}}));
  EXPECT_FALSE(queue.broken());
}

TEST_F(VirtioQueue, IdOutOfRange) {
  ASSERT_TRUE(submit({{Gpa(0), 1, true}}));
  ring.put_used(8, 0);
  EXPECT_EQ(poll_error(), Error::protocol_error);
  // For good, whatever comes later.
  EXPECT_EQ(poll_error(), Error::protocol_error);
  EXPECT_FALSE(submit({{Gpa(0), 1, true}}));
  EXPECT_NE(fakes::take_log().find("does not have"), std::string::npos);
}

TEST_F(VirtioQueue, HugeId) {
  ASSERT_TRUE(submit({{Gpa(0), 1, true}}));
  ring.put_used(0xffff'ffff, 0);
  EXPECT_EQ(poll_error(), Error::protocol_error);
}

TEST_F(VirtioQueue, IdInTheMiddleOfAChain) {
  auto id = submit({{Gpa(0), 1, true}, {Gpa(0), 1, true}});
  ring.put_used(ring.descriptor(*id).next, 0);
  EXPECT_EQ(poll_error(), Error::protocol_error);
}

TEST_F(VirtioQueue, SameIdTwice) {
  auto id = submit({{Gpa(0), 1, true}});
  ASSERT_TRUE(submit({{Gpa(0), 1, true}}));
  ring.put_used(*id, 0);
  ring.put_used(*id, 0);
  EXPECT_TRUE(queue.poll());
  EXPECT_EQ(poll_error(), Error::protocol_error);
}

TEST_F(VirtioQueue, UsedIndexJumps) {
  ASSERT_TRUE(submit({{Gpa(0), 1, true}}));
  ring.used_index() = 2;
  EXPECT_EQ(poll_error(), Error::protocol_error);
}

TEST_F(VirtioQueue, UsedIndexGoesBack) {
  auto id = submit({{Gpa(0), 1, true}});
  ring.put_used(*id, 0);
  ASSERT_TRUE(queue.poll());
  ring.used_index() = 0;
  EXPECT_EQ(poll_error(), Error::protocol_error);
}

TEST_F(VirtioQueue, UsedWithNothingInFlight) {
  ring.used_index() = 1;
  EXPECT_EQ(poll_error(), Error::protocol_error);
}

TEST_F(VirtioQueue, WroteMoreThanThereWasRoomFor) {
  auto id = submit({{Gpa(0), 100, false}, {Gpa(0), 10, true}});
  ring.put_used(*id, ~0u);
  auto done = queue.poll();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->written, 10u);
}

// The device scribbles over descriptors: nobody follows them.
TEST_F(VirtioQueue, DescriptorsOverwritten) {
  auto id = submit({{Gpa(0), 1, false}, {Gpa(0), 1, true}});
  for (u16 i = 0; i < 8; ++i) ring.descriptor(i) = {~0ull, ~0u, 0xffff, 0xffff};
  ring.put_used(*id, 1);
  ASSERT_TRUE(queue.poll());
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(submit({{Gpa(0), 1, true}}));
  EXPECT_EQ(queue.in_flight(), 8);
}

TEST_F(VirtioQueue, NeverAnswers) {
  ASSERT_TRUE(submit({{Gpa(0), 1, true}}));
  const u64 before = ticks;
  auto done = queue.wait(patience);
  EXPECT_EQ(done.error(), Error::timeout);
  EXPECT_LT(ticks - before, 1100u);
}

// A device that takes its time is looked at a thousand times, and then between sleeps only.
TEST_F(VirtioQueue, SleepsUntilASlowDeviceAnswers) {
  static VirtioQueue* self = nullptr;
  static unsigned sleeps = 0, answer_at = 3;
  self = this, sleeps = 0;
  ASSERT_TRUE(submit({{Gpa(0), 1, true}}));
  const auto rest = [](u32) {
    if (++sleeps == answer_at) self->ring.put_used(0, 1);
    return true;
  };
  EXPECT_TRUE(queue.wait({patience.now, patience.limit, rest}));
  EXPECT_EQ(sleeps, answer_at);
  // One that never does still meets its deadline.
  answer_at = 0;
  ASSERT_TRUE(submit({{Gpa(0), 1, true}}));
  EXPECT_EQ(queue.wait({patience.now, patience.limit, rest}).error(), Error::timeout);
}

TEST_F(VirtioQueue, PagesGoBack) {
  {
    Queue other;
    ASSERT_TRUE(other.allocate(pages, 128));
    EXPECT_EQ(live_pages.size(), 2u);
  }
  EXPECT_EQ(live_pages.size(), 1u);
  EXPECT_FALSE(Queue().allocate(pages, 0));
  EXPECT_FALSE(Queue().allocate(pages, 12));
  EXPECT_FALSE(Queue().allocate(pages, 2048));
}

// Longer rings than there are descriptors in use, laid out as a legacy device expects them [virtio §2.6.2].
TEST_F(VirtioQueue, LegacyRings) {
  Queue other;
  ASSERT_TRUE(other.allocate(pages, 1024, page_bytes));
  EXPECT_EQ(other.available_ring() - other.descriptors(), 16384u);
  EXPECT_EQ(other.used_ring() - other.descriptors(), 20480u);
  EXPECT_EQ(other.most_pieces(), 128);
  RingView theirs{other.descriptors().raw(), other.available_ring().raw(), other.used_ring().raw(), 1024};
  const Piece piece{Gpa(0x1000), 1, true};
  // The rings wrap at their own length.
  for (int i = 0; i < 3000; ++i) {
    auto id = other.submit({&piece, 1});
    ASSERT_TRUE(id);
    ASSERT_LT(*id, 128);
    ASSERT_EQ(theirs.available_entry(static_cast<u16>(i)), *id);
    theirs.put_used(*id, 1);
    ASSERT_TRUE(other.poll());
  }
  ASSERT_TRUE(other.submit({&piece, 1}));
  other.release();
  EXPECT_EQ(other.poll().error(), Error::not_ready);
  EXPECT_EQ(live_pages.size(), 1u);
  ASSERT_TRUE(other.allocate(pages, 2));
  EXPECT_TRUE(other.submit({&piece, 1}));
  EXPECT_EQ(other.in_flight(), 1);
}

// Chains of all lengths, done in any order, until the indices have wrapped several times.
TEST_F(VirtioQueue, RandomTraffic) {
  fakes::Choices c(3);
  std::map<u16, u32> in_flight;
  u16 taken = 0;
  for (int i = 0; i < 300'000; ++i) {
    if (c.one_in(2)) {
      Piece chain[4];
      const u64 n = 1 + c.below(4), readable = c.below(n + 1);
      u32 writable = 0;
      for (u64 k = 0; k < n; ++k) {
        chain[k] = {Gpa(c.next()), static_cast<u32>(1 + c.below(100)), k >= readable};
        if (k >= readable) writable += chain[k].bytes;
      }
      auto id = queue.submit({chain, n});
      if (!id) {
        ASSERT_EQ(id.error(), Error::out_of_resources);
        continue;
      }
      ASSERT_TRUE(in_flight.emplace(*id, writable).second);
      ASSERT_EQ(ring.available_entry(taken++), *id);
      ASSERT_EQ(ring.available_index(), taken);
    } else if (!in_flight.empty()) {
      auto which = in_flight.begin();
      std::advance(which, c.below(in_flight.size()));
      ring.put_used(which->first, static_cast<u32>(c.below(which->second + 1)));
      auto done = queue.poll();
      ASSERT_TRUE(done);
      ASSERT_EQ(done->id, which->first);
      in_flight.erase(which);
    }
    ASSERT_EQ(queue.in_flight(), in_flight.size());
  }
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include "tests/unit/virtio/fake_device.hpp"

namespace {

using namespace virtio_test;
using virtio::Queue, virtio::Transport;

struct VirtioTransport : testing::Test {
  FakeDevice device;
  Transport transport;
  Queue queue;
  Error open_error() {
    auto opened = transport.open(device.pci, patience);
    return opened ? Error::end_of_file : opened.error();
  }
};

TEST_F(VirtioTransport, ComesUp) {
  device.add_good_windows();
  ASSERT_TRUE(transport.open(device.pci, patience));
  EXPECT_EQ(device.status, 3);
  EXPECT_EQ(device.function->get<u16>(4) & 6, 6);
  auto features = transport.negotiate(4 | 8);
  ASSERT_TRUE(features);
  EXPECT_EQ(*features, 1ull << 32 | 1ull << 33 | 4);
  EXPECT_EQ(device.accepted, *features);
  ASSERT_TRUE(transport.add_queue(0, queue, pages));
  EXPECT_EQ(device.ring.size, Queue::max_size);
  EXPECT_EQ(device.ring.descriptors, queue.descriptors().raw());
  EXPECT_EQ(device.ring.available, queue.available_ring().raw());
  EXPECT_EQ(device.ring.used, queue.used_ring().raw());
  EXPECT_LE(device.ring.used + 6 + 8 * queue.size(), queue.pages().range().end().raw());
  ASSERT_TRUE(transport.start());
  EXPECT_EQ(device.status, 15);
  transport.notify(queue);
  EXPECT_EQ(device.doorbells, 1u);
  EXPECT_EQ(*transport.read_config<u32>(0), 0x55667788u);
  EXPECT_EQ(*transport.read_config<u8>(7), 0x11u);
  EXPECT_EQ(*transport.read_config_wide(0), 0x1122334455667788u);
  ASSERT_TRUE(transport.reset());
  EXPECT_EQ(device.status, 0);
}

TEST_F(VirtioTransport, ConfigEndsWhereTheWindowDoes) {
  device.add_good_windows();
  ASSERT_TRUE(transport.open(device.pci, patience));
  EXPECT_FALSE(transport.read_config<u32>(16));
  EXPECT_FALSE(transport.read_config<u32>(~0u - 3));
  EXPECT_FALSE(transport.read_config<u32>(2));
  EXPECT_FALSE(transport.read_config_wide(12));
  device.generation_steps = 1;
  EXPECT_FALSE(transport.read_config_wide(0));
}

TEST_F(VirtioTransport, WindowsThatLie) {
  struct {
    u8 type, bar;
    u32 offset, length;
  } const bad[] = {
      {1, 4, 0x4000, 0x38}, {1, 4, 0x3fd0, 0x38}, {1, 4, 0xffff'fff0, 0x38}, {1, 4, 0, 0xffff'ffff}, {1, 4, 0, 0x37},
      {1, 4, 2, 0x38},      {1, 5, 0, 0x38},      {1, 6, 0, 0x38},           {1, 255, 0, 0x38},
  };
  device.add_window(2, 4, 0x3000, 0x1000);
  for (const auto& b : bad) device.add_window(b.type, b.bar, b.offset, b.length);
  EXPECT_EQ(open_error(), Error::unsupported);
  device.add_window(1, 4, 0, 0x38);
  EXPECT_TRUE(transport.open(device.pci, patience));
}

TEST_F(VirtioTransport, NoWindowsOrAnUnplacedBar) {
  EXPECT_EQ(open_error(), Error::unsupported);
  device.add_good_windows();
  device.pci.bars[4].placed = false;
  EXPECT_EQ(open_error(), Error::unsupported);
  device.pci.bars[4].placed = true;
  device.pci.bars[4].kind = pci::Resource::Kind::io;
  EXPECT_EQ(open_error(), Error::unsupported);
}

TEST_F(VirtioTransport, CapabilitiesInACircle) {
  device.add_window(2, 4, 0x3000, 0x1000);
  device.function->config[device.function->config[0x34] + 1] = device.function->config[0x34];
  EXPECT_EQ(open_error(), Error::unsupported);
}

TEST_F(VirtioTransport, CapabilityAtTheEndOfConfigurationSpace) {
  auto& config = device.function->config;
  config[0x34] = 0xfc;
  config[0x06] |= 0x10;
  config[0xfc] = 9;
  config[0xff] = 1;
  EXPECT_EQ(open_error(), Error::unsupported);
}

TEST_F(VirtioTransport, OddDoorbells) {
  device.add_window(1, 4, 0, 0x38);
  device.add_window(2, 4, 0x3000, 0x1000, 3);
  EXPECT_EQ(open_error(), Error::unsupported);
  device.add_window(2, 4, 0x3000, 0x1000, 4);
  device.notify_offset = 0x400;
  ASSERT_TRUE(transport.open(device.pci, patience));
  ASSERT_TRUE(transport.negotiate(0));
  EXPECT_FALSE(transport.add_queue(0, queue, pages));
  device.notify_offset = 0xffff;
  EXPECT_FALSE(transport.add_queue(0, queue, pages));
  device.notify_offset = 0x3ff;
  EXPECT_TRUE(transport.add_queue(0, queue, pages));
}

TEST_F(VirtioTransport, QueueSizes) {
  device.add_good_windows();
  ASSERT_TRUE(transport.open(device.pci, patience));
  EXPECT_FALSE(transport.add_queue(1, queue, pages));
  device.queue_size = 0;
  EXPECT_FALSE(transport.add_queue(0, queue, pages));
  EXPECT_TRUE(live_pages.empty());
  device.queue_size = 0xffff;
  ASSERT_TRUE(transport.add_queue(0, queue, pages, 24));
  EXPECT_EQ(queue.size(), 16);
  Queue other;
  device.queue_size = 1;
  ASSERT_TRUE(transport.add_queue(0, other, pages));
  EXPECT_EQ(other.size(), 1);
}

TEST_F(VirtioTransport, Refusals) {
  device.add_good_windows();
  device.lets_go = false;
  device.status = 4;
  EXPECT_EQ(open_error(), Error::timeout);
  device.lets_go = true;
  ASSERT_TRUE(transport.open(device.pci, patience));
  device.offered = 5;
  EXPECT_FALSE(transport.negotiate(0));
  device.offered = 1ull << 32;
  device.accepts_features = false;
  EXPECT_FALSE(transport.negotiate(0));
  EXPECT_EQ(device.status & 0x80, 0x80);
  device.accepts_features = true;
  ASSERT_TRUE(transport.open(device.pci, patience));
  ASSERT_TRUE(transport.negotiate(0));
  device.starts = false;
  EXPECT_FALSE(transport.start());
}

}  // namespace

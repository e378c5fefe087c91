// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/hub.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace {

using namespace base;

constexpr u32 connected = 1, enabled = 2, low = 1 << 9, high = 1 << 10, reset_changed = 1 << 20;

u64 time_now = 0;
constexpr Patience patience = {[] { return time_now += 1000; }, 5'000'0000};

// A hub with four ports. Fields may be changed to lie.
class FakeHub : public usb::Device {
 public:
  usb::Speed own_speed = usb::Speed::full;
  std::vector<u8> descriptor = {9, 0x29, 4, 0, 0, 10, 0, 0, 0xff};
  std::map<unsigned, u32> ports;  // status
  bool never_resets = false, silent = false, leaves_with_reset = false, never_enables = false;
  u64 status_bytes = 4;
  unsigned known_as = 0, questions = 0;
  std::vector<unsigned> powered;

  usb::Speed speed() const override { return own_speed; }
  Result<u64> control(const usb::Setup& s, std::span<u8> data) override {
    ++questions;
    if (silent) return Error::timeout;
    if (s.request_type == 0xa0 && s.request == 6) {
      const u64 bytes = std::min<u64>(data.size(), descriptor.size());
      std::copy_n(descriptor.begin(), bytes, data.begin());
      return bytes;
    }
    u32& port = ports[s.index];
    if (s.request_type == 0xa3 && s.request == 0) {
      for (unsigned i = 0; i < 4; ++i) data[i] = static_cast<u8>(port >> 8 * i);
      return status_bytes;
    }
    EXPECT_EQ(s.request_type, 0x23);
    if (s.request == 3 && s.value == 8) powered.push_back(s.index);
    if (s.request == 3 && s.value == 4 && leaves_with_reset) port = reset_changed;
    else if (s.request == 3 && s.value == 4 && !never_resets) port |= reset_changed | (never_enables ? 0 : enabled);
    if (s.request == 1 && s.value == 20) port &= ~reset_changed;
    return u64{0};
  }
  Result<> open_endpoints(std::span<const usb::Endpoint>) override { return {}; }
  Result<u64> bulk_in(u8, std::span<u8>) override { return Error::unsupported; }
  Result<> bulk_out(u8, std::span<const u8>) override { return Error::unsupported; }
  Result<u64> poll_interrupt(u8, std::span<u8>) override { return Error::unsupported; }
  Result<> restart(u8) override { return {}; }
  Result<> become_hub(u8 count) override {
    known_as = count;
    return {};
  }
};

struct UsbHub : testing::Test {
  Error init_error() {
    auto done = hub.init(device, patience);
    return done ? Error::end_of_file : done.error();
  }
  Error port_error(unsigned port) {
    auto speed = hub.reset_port(port);
    return speed ? Error::end_of_file : speed.error();
  }
  FakeHub device;
  usb::Hub hub;
};

TEST_F(UsbHub, PowersItsPorts) {
  ASSERT_TRUE(hub.init(device, patience));
  EXPECT_EQ(hub.port_count(), 4u);
  EXPECT_EQ(device.known_as, 4u);
  EXPECT_EQ(device.powered, (std::vector<unsigned>{1, 2, 3, 4}));
}

TEST_F(UsbHub, SaysHowFastADeviceIs) {
  ASSERT_TRUE(hub.init(device, patience));
  device.ports = {{1, connected}, {2, connected | low}, {3, 0}, {4, connected | high}};
  EXPECT_EQ(hub.reset_port(1).value(), usb::Speed::full);
  EXPECT_EQ(hub.reset_port(2).value(), usb::Speed::low);
  EXPECT_EQ(port_error(3), Error::no_media);
  EXPECT_EQ(hub.reset_port(4).value(), usb::Speed::full) << "a slow hub has no fast devices";
  device.own_speed = usb::Speed::high;
  EXPECT_EQ(hub.reset_port(4).value(), usb::Speed::high);
}

TEST_F(UsbHub, DescriptorsThatLie) {
  const std::vector<std::vector<u8>> lies = {{}, {9}, {9, 0x29, 4, 0, 0, 10}, {9, 0x2a, 4, 0, 0, 10, 0}, {0, 0x29, 4, 0, 0, 10, 0}, {9, 0x29, 0, 0, 0, 10, 0}};
  for (const auto& lie : lies) {
    device.descriptor = lie;
    EXPECT_EQ(init_error(), Error::protocol_error) << lie.size();
    EXPECT_EQ(hub.port_count(), 0u);
    EXPECT_EQ(device.known_as, 0u);
  }
  // More ports than a route can name, and half a second until they have power.
  device.descriptor = {255, 0x29, 255, 255, 255, 255, 255};
  time_now = 0;
  ASSERT_TRUE(hub.init(device, patience));
  EXPECT_EQ(hub.port_count(), 15u);
  EXPECT_GE(time_now, 510 * 1'0000u);
  EXPECT_LE(time_now, 600 * 1'0000u);
}

TEST_F(UsbHub, OneOfUsb3IsLeftOut) {
  device.own_speed = usb::Speed::super;
  EXPECT_EQ(init_error(), Error::unsupported);
}

TEST_F(UsbHub, PortsThatLie) {
  ASSERT_TRUE(hub.init(device, patience));
  device.ports[1] = connected;
  device.never_enables = true;
  EXPECT_EQ(port_error(1), Error::device_error);
  device.never_resets = true;
  device.questions = 0;
  EXPECT_EQ(port_error(1), Error::timeout);
  EXPECT_LE(device.questions, 6000u);
  device.leaves_with_reset = true;
  EXPECT_EQ(port_error(1), Error::no_media);
  device.ports[1] = connected;
  device.status_bytes = 3;
  EXPECT_EQ(port_error(1), Error::protocol_error);
  device.silent = true;
  EXPECT_EQ(port_error(1), Error::timeout);
}

}  // namespace

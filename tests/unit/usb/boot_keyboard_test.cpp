// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/usb/boot_keyboard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

#include "lib/efi/text_input.hpp"

namespace {

using namespace base;
using keyboard::Event;
using Report = std::vector<u8>;
namespace usage = keyboard::usage;
namespace toggle = efi::toggle_state;

u64 time_now = 0;
constexpr usb::KeyRepeat repeat = {[] { return time_now; }, 50, 3};

// A keyboard. Fields may be changed to lie.
class FakeKeyboard : public usb::Device {
 public:
  std::deque<Report> reports;
  unsigned failures = 0, restarts = 0;  // of the endpoint
  Result<> restarted;
  std::vector<usb::Setup> requests;
  std::vector<u8> lights;
  int refused = -1;  // request
  Error refusal = Error::device_error;
  bool plugged = true;

  bool present() const override { return plugged; }
  usb::Speed speed() const override { return usb::Speed::full; }
  Result<u64> control(const usb::Setup& s, std::span<u8> data) override {
    EXPECT_EQ(data.size(), s.length);
    requests.push_back(s);
    if (s.request == refused) return refusal;
    lights.insert(lights.end(), data.begin(), data.end());
    return u64{s.length};
  }
  Result<> open_endpoints(std::span<const usb::Endpoint>) override { return {}; }
  Result<u64> bulk_in(u8, std::span<u8>) override { return Error::unsupported; }
  Result<> bulk_out(u8, std::span<const u8>) override { return Error::unsupported; }
  Result<u64> poll_interrupt(u8 endpoint, std::span<u8> into) override {
    EXPECT_EQ(endpoint, 0x83);
    if (failures) return --failures, Error::device_error;
    if (reports.empty()) return Error::not_ready;
    const Report report = reports.front();
    reports.pop_front();
    const u64 bytes = std::min(report.size(), into.size());
    std::copy_n(report.begin(), bytes, into.begin());
    return bytes;
  }
  Result<> restart(u8 endpoint) override {
    EXPECT_EQ(endpoint, 0x83);
    ++restarts;
    return restarted;
  }
};

struct UsbKeyboard : testing::Test {
  UsbKeyboard() {
    time_now = 0;
    interface.number = 2;
    interface.class_code = 3;
    interface.subclass = 1;
    interface.protocol = 1;
    interface.endpoints[0] = {.address = 0x83, .transfer = usb::Transfer::interrupt, .packet_bytes = 8, .interval = 10};
    interface.endpoint_count = 1;
  }
  // Keys as usages, a release with 0x100.
  std::vector<unsigned> poll() {
    std::array<Event, usb::BootKeyboard::most_events> events;
    auto count = keys.poll(events);
    if (!count) return {0xdead};
    std::vector<unsigned> all;
    for (const Event& e : std::span(events).first(*count)) all.push_back(e.usage | (e.pressed ? 0u : 0x100u));
    return all;
  }
  void press(u8 key) { device.reports.push_back({0, 0, key, 0, 0, 0, 0, 0}); }

  FakeKeyboard device;
  usb::Interface interface;
  usb::BootKeyboard keys;
};

using Keys = std::vector<unsigned>;

TEST_F(UsbKeyboard, IsKnownByItsInterface) {
  EXPECT_TRUE(usb::BootKeyboard::supports(interface));
  for (auto member : {&usb::Interface::class_code, &usb::Interface::subclass, &usb::Interface::protocol}) {
    usb::Interface other = interface;
    other.*member = 2;
    EXPECT_FALSE(usb::BootKeyboard::supports(other));
  }
  usb::Interface deaf = interface;
  deaf.endpoints[0].address = 3;
  EXPECT_FALSE(usb::BootKeyboard::supports(deaf)) << "an endpoint that only listens";
  deaf = interface;
  deaf.endpoints[0].packet_bytes = 7;
  EXPECT_FALSE(usb::BootKeyboard::supports(deaf)) << "no report fits";
}

TEST_F(UsbKeyboard, IsPutIntoItsBootProtocol) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  ASSERT_EQ(device.requests.size(), 2u);
  EXPECT_EQ(device.requests[0].request, 0x0b);
  EXPECT_EQ(device.requests[0].value, 0);
  EXPECT_EQ(device.requests[1].request, 0x0a);
  EXPECT_EQ(device.requests[1].value, 0);
  for (const usb::Setup& s : device.requests) {
    EXPECT_EQ(s.request_type, 0x21);
    EXPECT_EQ(s.index, 2);
  }
}

TEST_F(UsbKeyboard, MayRefuseToBeIdleButNotItsProtocol) {
  device.refused = 0x0a;
  EXPECT_TRUE(keys.init(device, interface, repeat));
  device.refusal = Error::timeout;
  EXPECT_FALSE(keys.init(device, interface, repeat)) << "it does not answer at all";
  device.refused = 0x0b;
  device.refusal = Error::device_error;
  EXPECT_FALSE(keys.init(device, interface, repeat));
}

TEST_F(UsbKeyboard, SaysWhichKeysGoDownAndUp) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  EXPECT_EQ(poll(), Keys{});
  press(usage::a);
  press(0);
  EXPECT_EQ(poll(), Keys{usage::a});
  EXPECT_EQ(poll(), Keys{usage::a | 0x100u});
}

TEST_F(UsbKeyboard, AHeldKeyRepeatsItself) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  press(usage::a);
  EXPECT_EQ(poll(), Keys{usage::a});
  time_now = 49;
  EXPECT_EQ(poll(), Keys{});
  time_now = 50;
  EXPECT_EQ(poll(), Keys{usage::a});
  EXPECT_EQ(poll(), Keys{});
  time_now = 53;
  EXPECT_EQ(poll(), Keys{usage::a});
  // Nobody looked for a long time: that is one repetition, not many.
  time_now = 1000;
  EXPECT_EQ(poll(), Keys{usage::a});
  EXPECT_EQ(poll(), Keys{});
  // Another key begins anew; none ends it.
  device.reports.push_back({0, 0, usage::a, 5, 0, 0, 0, 0});
  EXPECT_EQ(poll(), Keys{5});
  time_now = 1049;
  EXPECT_EQ(poll(), Keys{});
  time_now = 1050;
  EXPECT_EQ(poll(), Keys{5});
  press(0);
  EXPECT_EQ(poll().size(), 2u);
  time_now = 5000;
  EXPECT_EQ(poll(), Keys{});
}

TEST_F(UsbKeyboard, ForgottenKeysDoNotRepeat) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  press(usage::a);
  EXPECT_EQ(poll(), Keys{usage::a});
  keys.forget_keys();
  time_now = 1000;
  EXPECT_EQ(poll(), Keys{});
}

TEST_F(UsbKeyboard, PulledOutWithAKeyHeldItDoesNotRepeatForEver) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  press(usage::a);
  EXPECT_EQ(poll(), Keys{usage::a});
  device.plugged = false;
  time_now = 49;
  EXPECT_EQ(poll(), Keys{});
  time_now = 50;
  EXPECT_EQ(poll(), Keys{0xdead});
}

TEST_F(UsbKeyboard, ReportsThatAreNoneSayNothing) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  device.reports = {{}, {0}, {0, 0, 4, 0, 0, 0, 0}, {1, 0, 1, 1, 1, 1, 1, 1}};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(poll(), Keys{}) << i;
  // As many events as there can be.
  device.reports = {{0xff, 0, 4, 5, 6, 7, 8, 9}, {0, 0, 10, 11, 12, 13, 14, 15}};
  EXPECT_EQ(poll().size(), 14u);
  EXPECT_EQ(poll().size(), 20u);
}

TEST_F(UsbKeyboard, AHaltedEndpointIsRestarted) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  device.requests.clear();
  device.failures = 1;
  press(usage::a);
  EXPECT_EQ(poll(), Keys{});
  EXPECT_EQ(device.restarts, 1u);
  ASSERT_EQ(device.requests.size(), 1u);
  EXPECT_EQ(device.requests[0].request, 1) << "CLEAR_FEATURE";
  EXPECT_EQ(device.requests[0].index, 0x83);
  EXPECT_EQ(poll(), Keys{usage::a});
  // The errors are counted only as long as they follow each other.
  for (int i = 0; i < 10; ++i) {
    device.failures = 2;
    press(0);
    poll(), poll();
    EXPECT_NE(poll(), Keys{0xdead});
  }
}

TEST_F(UsbKeyboard, OneThatOnlyFailsIsGivenUp) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  device.failures = 100;
  EXPECT_EQ(poll(), Keys{});
  EXPECT_EQ(poll(), Keys{});
  EXPECT_EQ(poll(), Keys{0xdead});
}

TEST_F(UsbKeyboard, OneWhoseEndpointStaysHaltedIsGivenUp) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  device.failures = 1;
  device.restarted = Error::timeout;
  EXPECT_EQ(poll(), Keys{0xdead});
}

TEST_F(UsbKeyboard, ShowsItsLights) {
  ASSERT_TRUE(keys.init(device, interface, repeat));
  for (u8 locks : {toggle::num_lock, toggle::caps_lock, toggle::scroll_lock, u8{0}}) keys.show_lights(locks);
  EXPECT_EQ(device.lights, (std::vector<u8>{1, 2, 4, 0}));
  EXPECT_EQ(device.requests.back().request, 9);
  EXPECT_EQ(device.requests.back().value, 0x200);
  device.refused = 9;
  keys.show_lights(toggle::num_lock);
}

}  // namespace

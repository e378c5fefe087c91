// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/net/interface.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <vector>

namespace {

using namespace net;
using Frame = std::vector<u8>;
namespace filter = efi::network_receive;

constexpr Address ours{{2, 0, 0, 0, 0, 1}}, theirs{{2, 0, 0, 0, 0, 2}}, everybody{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
    group{{1, 0, 0x5e, 0, 0, 1}};

struct FakeCard final : Device {
  const Properties& properties() const override { return facts; }
  Result<> up() override {
    ++ups;
    return comes_up ? Result<>() : Error::device_error;
  }
  Result<> down() override {
    ++downs;
    return goes_down ? Result<>() : Error::device_error;
  }
  bool link() override { return linked; }
  Result<> transmit(std::span<const u8> frame, void* buffer) override {
    if (full) return Error::not_ready;
    sent.emplace_back(frame.begin(), frame.end());
    buffers.push_back(buffer);
    return {};
  }
  Result<void*> transmitted() override {
    if (broken) return Error::protocol_error;
    if (buffers.empty()) return Error::not_ready;
    void* first = buffers.front();
    buffers.pop_front();
    return first;
  }
  Result<usize> receive(std::span<u8> into) override {
    ++looks;
    if (broken) return Error::device_error;
    if (waiting.empty()) return Error::not_ready;
    const Frame f = waiting.front();
    if (!endless) waiting.pop_front();
    std::memcpy(into.data(), f.data(), f.size());
    return f.size();
  }

  Properties facts{.address = ours, .most_payload = 1400, .reports_link = true};
  std::vector<Frame> sent;
  std::deque<void*> buffers;
  std::deque<Frame> waiting;
  unsigned ups = 0, downs = 0, looks = 0;
  bool comes_up = true, goes_down = true, linked = true, full = false, broken = false, endless = false;
};

efi::MacAddress mac(const Address& a) {
  efi::MacAddress m{};
  std::memcpy(&m, &a, sizeof a);
  return m;
}

Frame frame(const Address& to, usize bytes = 60) {
  Frame f(bytes);
  const Header h{to, theirs, {8, 6}};
  std::memcpy(f.data(), &h, sizeof h);
  for (usize i = sizeof h; i < bytes; ++i) f[i] = static_cast<u8>(i);
  return f;
}

struct NetInterface : testing::Test {
  FakeCard card;
  Interface interface;
  u8 buffer[2048] = {};
  NetInterface() { interface.init(card); }
  void bring_up() {
    ASSERT_TRUE(interface.start());
    ASSERT_TRUE(interface.initialize(0, 0));
  }
  Result<> receive(u64 room = sizeof buffer) { return interface.receive(nullptr, &room, buffer, nullptr, nullptr, nullptr); }
  bool hears(const Address& to) {
    card.waiting = {frame(to)};
    return static_cast<bool>(receive());
  }
};

TEST_F(NetInterface, States) {
  const auto& state = interface.mode().state;
  EXPECT_EQ(interface.stop().error(), Error::not_started);
  EXPECT_EQ(interface.initialize(0, 0).error(), Error::not_started);
  EXPECT_EQ(interface.shutdown().error(), Error::not_started);
  EXPECT_EQ(interface.reset(0).error(), Error::not_started);
  EXPECT_EQ(receive().error(), Error::not_started);
  EXPECT_TRUE(interface.start());
  EXPECT_EQ(interface.start().error(), Error::already_started);
  EXPECT_EQ(state, efi::network_state::started);
  EXPECT_EQ(receive().error(), Error::device_error);
  EXPECT_EQ(interface.shutdown().error(), Error::device_error);
  EXPECT_EQ(interface.reset(0).error(), Error::device_error);
  EXPECT_EQ(interface.initialize(1, 0).error(), Error::unsupported);
  EXPECT_EQ(card.ups, 0u);
  EXPECT_FALSE(interface.has_packet());
  EXPECT_TRUE(interface.initialize(0, 0));
  EXPECT_EQ(card.ups, 1u);
  EXPECT_EQ(interface.initialize(0, 0).error(), Error::device_error);
  EXPECT_EQ(interface.stop().error(), Error::device_error);
  EXPECT_EQ(interface.start().error(), Error::already_started);
  EXPECT_TRUE(interface.reset(1));
  EXPECT_EQ(card.downs, 1u);
  EXPECT_EQ(card.ups, 2u);
  EXPECT_TRUE(interface.shutdown());
  EXPECT_EQ(state, efi::network_state::started);
  EXPECT_TRUE(interface.stop());
  EXPECT_EQ(state, efi::network_state::stopped);
}

TEST_F(NetInterface, CardsThatFail) {
  ASSERT_TRUE(interface.start());
  card.comes_up = false;
  EXPECT_EQ(interface.initialize(0, 0).error(), Error::device_error);
  EXPECT_EQ(interface.mode().state, efi::network_state::started);
  card.comes_up = true;
  ASSERT_TRUE(interface.initialize(0, 0));
  card.goes_down = false;
  EXPECT_EQ(interface.shutdown().error(), Error::device_error);
  EXPECT_EQ(interface.mode().state, efi::network_state::initialized);
  card.goes_down = true;
  card.comes_up = false;
  EXPECT_EQ(interface.reset(0).error(), Error::device_error);
  EXPECT_EQ(interface.mode().state, efi::network_state::started);
  card.comes_up = true;
  EXPECT_TRUE(interface.initialize(0, 0));
  card.broken = true;
  void* done = nullptr;
  EXPECT_EQ(interface.get_status(nullptr, &done).error(), Error::device_error);
  EXPECT_EQ(receive().error(), Error::device_error);
  EXPECT_FALSE(interface.has_packet());
}

TEST_F(NetInterface, Filters) {
  bring_up();
  auto& mode = interface.mode();
  EXPECT_TRUE(hears(ours) && hears(everybody) && !hears(theirs) && !hears(group));
  EXPECT_TRUE(interface.receive_filters(0, filter::unicast, 0, 0, nullptr));
  EXPECT_TRUE(!hears(ours) && hears(everybody));
  EXPECT_TRUE(interface.receive_filters(filter::unicast, filter::broadcast, 0, 0, nullptr));
  EXPECT_TRUE(hears(ours) && !hears(everybody));
  EXPECT_TRUE(interface.receive_filters(filter::promiscuous_multicast, 0, 0, 0, nullptr));
  EXPECT_TRUE(hears(group) && !hears(theirs) && !hears(everybody));
  EXPECT_TRUE(interface.receive_filters(filter::promiscuous, 0, 0, 0, nullptr));
  EXPECT_TRUE(hears(theirs) && hears(everybody) && hears(group));
  EXPECT_TRUE(interface.receive_filters(0, 0x1f, 1, 0, nullptr));
  EXPECT_TRUE(!hears(ours) && !hears(everybody) && !hears(group));
  // A reset of the card keeps them, initialization does not.
  EXPECT_TRUE(interface.receive_filters(2, 0, 1, 0, nullptr));
  EXPECT_TRUE(interface.reset(0));
  EXPECT_EQ(mode.receive_filter_setting, 2u);
  EXPECT_TRUE(interface.shutdown() && interface.initialize(0, 0));
  EXPECT_EQ(mode.receive_filter_setting, filter::unicast | filter::broadcast);
}

TEST_F(NetInterface, MulticastFilters) {
  bring_up();
  auto& mode = interface.mode();
  efi::MacAddress list[17] = {mac(group), mac(theirs)};
  const u32 before = mode.receive_filter_setting;
  const struct {
    u32 enable, disable;
    u64 count;
    efi::MacAddress* list;
  } wrong[] = {{0x20, 0, 0, nullptr}, {0, 0x8000'0000, 0, nullptr}, {2, 0, 0, list}, {2, 0, 1, nullptr}, {2, 0, 17, list}, {2, 0, 2, list}};
  for (const auto& w : wrong)
    EXPECT_EQ(interface.receive_filters(w.enable, w.disable, 0, w.count, w.list).error(), Error::invalid_parameter) << w.enable << " " << w.count;
  EXPECT_EQ(mode.receive_filter_setting, before);
  EXPECT_EQ(mode.multicast_filter_count, 0u);
  EXPECT_TRUE(interface.receive_filters(2, 0, 0, 1, list));
  EXPECT_TRUE(hears(group) && !hears(Address{{1, 0, 0x5e, 0, 0, 2}}));
  EXPECT_EQ(mode.multicast_filter_count, 1u);
  // What is disabled is not looked at; a reset of the list, too, needs none.
  EXPECT_TRUE(interface.receive_filters(2, 2, 0, 99, nullptr));
  EXPECT_TRUE(interface.receive_filters(2, 0, 1, 0, nullptr));
  EXPECT_TRUE(!hears(group) && mode.multicast_filter_count == 0);
  // A client that writes into the mode gains nothing.
  mode.multicast_filter_count = 0xffff'ffff;
  EXPECT_FALSE(hears(Address{{1, 9, 9, 9, 9, 9}}));
}

TEST_F(NetInterface, Receive) {
  bring_up();
  card.waiting = {frame(ours, 61), frame(everybody, 62)};
  u64 head = 0, bytes = 60;
  efi::MacAddress from{}, to{};
  from.bytes[6] = to.bytes[6] = 0x77;
  u16 protocol = 0;
  EXPECT_TRUE(interface.has_packet());
  EXPECT_EQ(interface.receive(&head, &bytes, buffer, &from, &to, &protocol).error(), Error::buffer_too_small);
  EXPECT_EQ(bytes, 61u);
  EXPECT_TRUE(interface.receive(&head, &bytes, buffer, &from, &to, &protocol));
  EXPECT_EQ(head, 14u);
  EXPECT_EQ(protocol, 0x0806);
  EXPECT_EQ(std::memcmp(&from, &theirs, 6), 0);
  EXPECT_EQ(std::memcmp(&to, &ours, 6), 0);
  EXPECT_EQ(from.bytes[6], 0x77);
  EXPECT_EQ(Frame(buffer, buffer + 61), frame(ours, 61));
  EXPECT_TRUE(receive(62));
  EXPECT_EQ(receive().error(), Error::not_ready);
  EXPECT_FALSE(interface.has_packet());
  EXPECT_EQ(interface.receive(nullptr, nullptr, buffer, nullptr, nullptr, nullptr).error(), Error::invalid_parameter);
  EXPECT_EQ(interface.receive(nullptr, &bytes, nullptr, nullptr, nullptr, nullptr).error(), Error::invalid_parameter);
  // What was held does not outlive a reset.
  card.waiting = {frame(ours)};
  EXPECT_TRUE(interface.has_packet());
  EXPECT_TRUE(interface.reset(0));
  EXPECT_EQ(receive().error(), Error::not_ready);
}

TEST_F(NetInterface, EndlessFramesForOthers) {
  bring_up();
  card.waiting = {frame(theirs)};
  card.endless = true;
  card.looks = 0;
  EXPECT_EQ(receive().error(), Error::not_ready);
  EXPECT_LE(card.looks, 64u);
}

TEST_F(NetInterface, Transmit) {
  bring_up();
  efi::MacAddress to = mac(theirs), from = mac(group);
  u16 protocol = 0x1234;
  const auto send = [&](u64 header, u64 bytes, void* at, efi::MacAddress* source, efi::MacAddress* destination, u16* type) {
    return interface.transmit(header, bytes, at, source, destination, type);
  };
  EXPECT_TRUE(send(14, 60, buffer, nullptr, &to, &protocol));
  EXPECT_TRUE(send(14, 60, buffer + 1, &from, &to, &protocol));
  EXPECT_TRUE(send(0, 1414, buffer, nullptr, nullptr, nullptr));
  ASSERT_EQ(card.sent.size(), 3u);
  EXPECT_EQ(Frame(card.sent[0].begin(), card.sent[0].begin() + 14), (Frame{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34}));
  EXPECT_EQ(card.sent[1][6], 1);
  EXPECT_EQ(card.sent[2].size(), 1414u);
  EXPECT_EQ(send(0, 60, nullptr, nullptr, nullptr, nullptr).error(), Error::invalid_parameter);
  EXPECT_EQ(send(0, 13, buffer, nullptr, nullptr, nullptr).error(), Error::buffer_too_small);
  EXPECT_EQ(send(0, 1415, buffer, nullptr, nullptr, nullptr).error(), Error::invalid_parameter);
  EXPECT_EQ(send(13, 60, buffer, nullptr, &to, &protocol).error(), Error::invalid_parameter);
  EXPECT_EQ(send(14, 60, buffer, nullptr, nullptr, &protocol).error(), Error::invalid_parameter);
  EXPECT_EQ(send(14, 60, buffer, nullptr, &to, nullptr).error(), Error::invalid_parameter);
  EXPECT_EQ(card.sent.size(), 3u);
  card.full = true;
  EXPECT_EQ(send(0, 60, buffer, nullptr, nullptr, nullptr).error(), Error::not_ready);
}

TEST_F(NetInterface, Status) {
  bring_up();
  u32 interrupts = 9;
  void* done = buffer;
  EXPECT_EQ(interface.get_status(nullptr, nullptr).error(), Error::invalid_parameter);
  EXPECT_TRUE(interface.get_status(&interrupts, &done));
  EXPECT_EQ(interrupts, 0u);
  EXPECT_EQ(done, nullptr);
  card.buffers = {buffer, buffer + 1};
  card.waiting = {frame(ours)};
  // The one who asks for buffers alone leaves the interrupt for whom it concerns.
  EXPECT_TRUE(interface.get_status(nullptr, &done));
  EXPECT_EQ(done, buffer);
  EXPECT_TRUE(interface.get_status(&interrupts, nullptr));
  EXPECT_EQ(interrupts, efi::network_interrupt::receive | efi::network_interrupt::transmit);
  EXPECT_TRUE(receive());
  EXPECT_TRUE(interface.get_status(&interrupts, nullptr));
  EXPECT_EQ(interrupts, 0u);
  card.linked = false;
  EXPECT_TRUE(interface.get_status(&interrupts, nullptr));
  EXPECT_FALSE(interface.mode().media_present);
}

TEST_F(NetInterface, AddressesAndTheRest) {
  bring_up();
  efi::MacAddress same = mac(ours), other = mac(theirs), out{};
  EXPECT_TRUE(interface.station_address(1, nullptr));
  EXPECT_TRUE(interface.station_address(0, &same));
  EXPECT_EQ(interface.station_address(0, &other).error(), Error::unsupported);
  EXPECT_EQ(interface.station_address(0, nullptr).error(), Error::invalid_parameter);
  efi::IpAddress ip{{239, 255, 3, 4}};
  EXPECT_TRUE(interface.multicast_ip_to_mac(0, &ip, &out));
  EXPECT_EQ(std::memcmp(&out, "\x01\x00\x5e\x7f\x03\x04", 6), 0);
  EXPECT_EQ(interface.multicast_ip_to_mac(1, &ip, &out).error(), Error::invalid_parameter);
  ip = {{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 8, 7, 6}};
  EXPECT_TRUE(interface.multicast_ip_to_mac(1, &ip, &out));
  EXPECT_EQ(std::memcmp(&out, "\x33\x33\x09\x08\x07\x06", 6), 0);
  EXPECT_EQ(interface.multicast_ip_to_mac(0, &ip, &out).error(), Error::invalid_parameter);
  EXPECT_EQ(interface.multicast_ip_to_mac(0, nullptr, &out).error(), Error::invalid_parameter);
  EXPECT_EQ(interface.nv_data(1, 0, 1, buffer).error(), Error::unsupported);
  EXPECT_EQ(interface.statistics(0, nullptr, nullptr).error(), Error::unsupported);
}

}  // namespace

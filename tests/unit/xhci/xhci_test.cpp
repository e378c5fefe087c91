// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include "tests/fakes/choices.hpp"
#include "tests/unit/xhci/fake_controller.hpp"

namespace {

using namespace xhci_test;
using fakes::dma_pages, fakes::patience;
namespace trb = xhci::trb;

struct Xhci : testing::Test {
  Xhci() { fakes::ticks = 0; }
  ~Xhci() override {
    EXPECT_TRUE(host.stop());
    device.release();
    second.release();
    EXPECT_TRUE(fakes::live_pages.empty());
    // Nothing waits longer than a few deadlines.
    EXPECT_LE(fakes::ticks, 20 * patience.limit);
  }
  Error error_of(const auto& result) { return result ? Error::end_of_file : result.error(); }
  Error open_error() { return error_of(host.open(fake.pci, dma_pages, patience)); }
  void open_all() {
    ASSERT_TRUE(host.open(fake.pci, dma_pages, patience));
    ASSERT_TRUE(device.open(host, 1));
    ASSERT_TRUE(device.open_endpoints(endpoints));
  }
  // A question that the device answers with 18 bytes.
  Error ask() {
    u8 into[18];
    return error_of(device.control({0x80, 6, 0x100, 0, sizeof into}, into));
  }
  FakeXhci fake;
  xhci::Controller host;
  xhci::Device device, second;
  std::vector<u8> buffer = std::vector<u8>(100'000);
};

TEST_F(Xhci, MovesData) {
  open_all();
  EXPECT_EQ(device.speed(), usb::Speed::high);
  EXPECT_TRUE(device.present());
  fake.connected = false;
  EXPECT_FALSE(device.present());
  u8 small[18] = {};
  EXPECT_EQ(device.control({0x80, 6, 0x100, 0, sizeof small}, small).value(), sizeof small);
  EXPECT_EQ(small[17], 0xa5);
  EXPECT_EQ(device.control({0x00, 9, 1, 0, 0}, {}).value(), 0u);
  for (int i = 0; i < 300; ++i) {  // the rings go round
    ASSERT_EQ(device.bulk_in(0x81, buffer).value(), buffer.size());
    EXPECT_EQ(buffer.back(), 0x5a);
    ASSERT_TRUE(device.bulk_out(0x02, std::span(buffer).first(1000)));
  }
  EXPECT_EQ(fake.taken, 300'000u);
}

TEST_F(Xhci, ShortAnswers) {
  open_all();
  fake.answer.resize(5);
  u8 small[18] = {};
  EXPECT_EQ(device.control({0x80, 6, 0x100, 0, sizeof small}, small).value(), 5u);
  fake.bulk_in_bytes = 13;
  EXPECT_EQ(device.bulk_in(0x81, buffer).value(), 13u);
  fake.bulk_in_bytes = 0;
  EXPECT_EQ(device.bulk_in(0x81, buffer).value(), 0u);
}

TEST_F(Xhci, Reports) {
  open_all();
  u8 report[8];
  EXPECT_EQ(error_of(device.poll_interrupt(0x83, report)), Error::not_ready);
  EXPECT_EQ(error_of(device.poll_interrupt(0x84, report)), Error::invalid_parameter);
  fake.reports = {{1, 2, 3, 4, 5, 6, 7, 8}, {9}};
  fake.write(FakeXhci::doorbells + 4, 4, 7);  // the device has something to say
  EXPECT_EQ(device.poll_interrupt(0x83, report).value(), 8u);
  EXPECT_EQ(report[7], 8);
  EXPECT_EQ(device.poll_interrupt(0x83, report).value(), 1u);
  EXPECT_EQ(error_of(device.poll_interrupt(0x83, report)), Error::not_ready);
}

TEST_F(Xhci, RegistersThatMakeNoSense) {
  const std::pair<u32 FakeXhci::*, u32> lies[] = {{&FakeXhci::capability_length, 0xff}, {&FakeXhci::capability_length, 0}, {&FakeXhci::capability_length, 0x41},
                                                  {&FakeXhci::structural1, 0xff00'0000}, {&FakeXhci::doorbell_offset, 0xffff'ffff},
                                                  {&FakeXhci::doorbell_offset, 0x3fff}, {&FakeXhci::runtime_offset, 0x3fe0}, {&FakeXhci::structural2, 0xffff'ffff}};
  for (const auto& [field, value] : lies) {
    const u32 honest = fake.*field;
    fake.*field = value;
    EXPECT_EQ(open_error(), Error::unsupported) << value;
    fake.*field = honest;
  }
  fake.pci.bars[0].placed = false;
  EXPECT_EQ(open_error(), Error::unsupported);
}

TEST_F(Xhci, OneThatDoesNotHaltOrResetIsGivenUp) {
  fake.never_halts = true;
  EXPECT_EQ(open_error(), Error::timeout);
  fake.never_halts = false;
  fake.never_resets = true;
  EXPECT_EQ(open_error(), Error::timeout);
}

TEST_F(Xhci, PortsThatLie) {
  ASSERT_TRUE(host.open(fake.pci, dma_pages, patience));
  fake.connected = false;
  EXPECT_EQ(error_of(device.open(host, 1)), Error::no_media);
  fake.connected = true;
  fake.port_never_resets = true;
  EXPECT_EQ(error_of(device.open(host, 1)), Error::timeout);
  fake.port_never_resets = false;
  fake.never_enables = true;
  EXPECT_EQ(error_of(device.open(host, 1)), Error::device_error);
  fake.never_enables = false;
  for (u32 speed : {0u, 6u, 15u}) {
    fake.speed = speed;
    EXPECT_EQ(error_of(device.open(host, 1)), Error::unsupported);
  }
}

TEST_F(Xhci, SlotsThatDoNotExist) {
  ASSERT_TRUE(host.open(fake.pci, dma_pages, patience));
  for (u8 slot : {0, 9, 255}) {
    fake.slot = slot;
    EXPECT_EQ(error_of(device.open(host, 1)), Error::protocol_error);
  }
}

TEST_F(Xhci, CommandsThatAreNotAnsweredStopTheController) {
  ASSERT_TRUE(host.open(fake.pci, dma_pages, patience));
  fake.lie = [](Trb&) { return false; };
  EXPECT_EQ(error_of(device.open(host, 1)), Error::timeout);
  EXPECT_TRUE(fake.read(FakeXhci::operational + 4, 4) & 1) << "it is halted";
  EXPECT_EQ(error_of(second.open(host, 1)), Error::device_error);
}

TEST_F(Xhci, CommandsThatFail) {
  for (TrbType which : {TrbType::enable_slot, TrbType::address_device, TrbType::configure_endpoint}) {
    xhci::Controller other;
    xhci::Device there;
    fake.command_code = [=](TrbType type) { return type == which ? u8{5} : u8{1}; };
    ASSERT_TRUE(other.open(fake.pci, dma_pages, patience));
    auto opened = there.open(other, 1);
    if (opened) opened = there.open_endpoints(endpoints);
    EXPECT_EQ(error_of(opened), Error::device_error);
    ASSERT_TRUE(other.stop());
    there.release();
  }
}

// Answers to what was not asked.
TEST_F(Xhci, ForeignEventsAreNotOurs) {
  open_all();
  const std::pair<const char*, std::function<void(Trb&)>> lies[] = {
      {"TRB", [](Trb& e) { e.parameter += 16; }},         {"no TRB", [](Trb& e) { e.parameter = 0; }},
      {"slot", [](Trb& e) { e.control ^= 2u << 24; }},    {"endpoint", [](Trb& e) { e.control ^= 31u << 16; }},
      {"type", [](Trb& e) { e.control ^= 0x3fu << 10; }},
  };
  for (const auto& [what, change] : lies) {
    fakes::ticks = 0;
    fake.lie = [&](Trb& e) { return xhci::trb::type::get(e.control) == static_cast<u8>(TrbType::transfer_event) ? change(e) : void(), true; };
    EXPECT_EQ(ask(), Error::timeout) << what;
  }
  fakes::ticks = 0;
  fake.lie = [](Trb&) { return true; };
  EXPECT_EQ(ask(), Error::end_of_file) << "it recovers";
}

TEST_F(Xhci, NobodyMovesMoreThanWasAsked) {
  open_all();
  fake.lie = [](Trb& e) {
    e.status |= 0xff'ffff;
    return true;
  };
  EXPECT_EQ(ask(), Error::protocol_error);
  EXPECT_EQ(error_of(device.bulk_in(0x81, buffer)), Error::protocol_error);
}

TEST_F(Xhci, StallsAreRecoveredFrom) {
  open_all();
  fake.transfer_code = trb::stall;
  EXPECT_EQ(ask(), Error::device_error);
  EXPECT_EQ(error_of(device.bulk_in(0x81, buffer)), Error::device_error);
  fake.transfer_code = trb::success;
  EXPECT_EQ(ask(), Error::end_of_file);
  ASSERT_TRUE(device.restart(0x81));
  EXPECT_EQ(device.bulk_in(0x81, buffer).value(), buffer.size());
}

// What is not stopped may still write to the caller's memory.
TEST_F(Xhci, ATransferThatCannotBeStoppedStopsTheController) {
  open_all();
  fake.lie = [](Trb& e) { return xhci::trb::type::get(e.control) != static_cast<u8>(TrbType::transfer_event); };
  fake.command_code = [](TrbType type) { return type == TrbType::stop_endpoint ? u8{5} : u8{1}; };
  EXPECT_EQ(error_of(device.bulk_in(0x81, buffer)), Error::timeout);
  EXPECT_TRUE(fake.read(FakeXhci::operational + 4, 4) & 1) << "it is halted";
}

TEST_F(Xhci, EventsWithoutAnEndAreNotListenedTo) {
  open_all();
  fake.lie = [&](Trb&) {
    for (int i = 0; i < 5000; ++i) fake.post({1, 1u << 24, xhci::trb::of(TrbType::transfer_event) | 1u << 24 | 1u << 16});
    return false;
  };
  EXPECT_EQ(ask(), Error::timeout);
}

TEST_F(Xhci, CycleBitsThatRunWild) {
  open_all();
  fakes::Choices choices(7);
  for (int i = 0; i < 50; ++i) {
    fakes::ticks = 0;
    fake.lie = [&](Trb&) {
      for (u64 at = 0; at < page_bytes; ++at) fake.event_ring()[at] = static_cast<u8>(choices.next());
      return false;
    };
    EXPECT_NE(ask(), Error::end_of_file);
    if (choices.one_in(10)) EXPECT_NE(error_of(device.bulk_in(0x81, buffer)), Error::end_of_file);
  }
}

TEST_F(Xhci, EndpointsThatThereIsNoRoomFor) {
  open_all();
  EXPECT_EQ(error_of(device.open_endpoints(std::vector<usb::Endpoint>{{.address = 0x84, .transfer = usb::Transfer::bulk, .packet_bytes = 64}})), Error::out_of_resources);
  EXPECT_EQ(error_of(device.open_endpoints(endpoints)), Error::out_of_resources);
}

TEST_F(Xhci, EndpointsThatAreGivenTwice) {
  ASSERT_TRUE(host.open(fake.pci, dma_pages, patience));
  ASSERT_TRUE(device.open(host, 1));
  EXPECT_EQ(error_of(device.open_endpoints(std::vector<usb::Endpoint>{endpoints[0], endpoints[0]})), Error::unsupported);
}

TEST_F(Xhci, DevicesBehindAHub) {
  ASSERT_TRUE(host.open(fake.pci, dma_pages, patience));
  ASSERT_TRUE(device.open(host, 1));
  ASSERT_TRUE(device.become_hub(4));
  EXPECT_EQ(fake.last_slot_context[0], 1u << 27 | 1u << 26 | 3u << 20);
  EXPECT_EQ(fake.last_slot_context[1], 4u << 24 | 1u << 16);
  fake.slot = 2;
  EXPECT_EQ(error_of(second.open_behind(device, 0, usb::Speed::low)), Error::unsupported);
  EXPECT_EQ(error_of(second.open_behind(device, 16, usb::Speed::low)), Error::unsupported);
  ASSERT_TRUE(second.open_behind(device, 3, usb::Speed::low));
  EXPECT_EQ(fake.last_slot_context[0], 1u << 27 | 2u << 20 | 3u) << "its route";
  EXPECT_EQ(fake.last_slot_context[2], 1u | 3u << 8) << "the hub translates";
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include "tests/fakes/choices.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/unit/ehci/fake_controller.hpp"

namespace {

using namespace ehci_test;
using fakes::patience;

struct Ehci : testing::Test {
  Ehci() {
    low_memory = &memory;
    fakes::ticks = 0;
  }
  ~Ehci() override {
    fake.schedule_never_ends = fake.never_halts = false;
    EXPECT_TRUE(host.stop());
    device.release();
    EXPECT_EQ(memory.live(), 0u);
    EXPECT_LE(fakes::ticks, 20 * patience.limit);
  }
  Error error_of(const auto& result) { return result ? Error::end_of_file : result.error(); }
  Error open_error() { return error_of(host.open(fake.pci, pages, patience)); }
  void open_all() {
    ASSERT_TRUE(host.open(fake.pci, pages, patience));
    ASSERT_TRUE(device.open(host, 1));
    ASSERT_TRUE(device.open_endpoints(endpoints));
  }
  Error ask() {
    u8 into[18];
    return error_of(device.control({0x80, 6, 0x100, 0, sizeof into}, into));
  }
  bool halted() { return fake.read(FakeEhci::operational + op::status, 4) & op::halted; }

  fakes::LowMemory memory;
  FakeEhci fake;
  ehci::Controller host;
  ehci::Device device;
  std::vector<u8> buffer = std::vector<u8>(200'000);
};

TEST_F(Ehci, MovesData) {
  open_all();
  EXPECT_EQ(fake.address, 1);
  EXPECT_TRUE(device.present());
  fake.connected = false;
  EXPECT_FALSE(device.present());
  u8 small[18] = {};
  EXPECT_EQ(device.control({0x80, 6, 0x100, 0, sizeof small}, small).value(), sizeof small);
  EXPECT_EQ(small[17], 0xa5);
  ASSERT_EQ(device.bulk_in(0x81, buffer).value(), buffer.size());
  EXPECT_EQ(std::ranges::count(buffer, 0x5a), static_cast<long>(buffer.size()));
  ASSERT_TRUE(device.bulk_out(0x02, std::span(buffer).first(70'001)));
  EXPECT_EQ(fake.taken, 70'001u);
}

TEST_F(Ehci, ShortAnswers) {
  open_all();
  fake.answer.resize(5);
  u8 small[18] = {};
  EXPECT_EQ(device.control({0x80, 6, 0x100, 0, sizeof small}, small).value(), 5u);
  fake.bulk_in_bytes = 13;
  EXPECT_EQ(device.bulk_in(0x81, buffer).value(), 13u);
  fake.bulk_in_bytes = 0;
  EXPECT_EQ(device.bulk_in(0x81, buffer).value(), 0u);
}

TEST_F(Ehci, Reports) {
  open_all();
  u8 report[8];
  EXPECT_EQ(error_of(device.poll_interrupt(0x81, report)), Error::invalid_parameter);
  EXPECT_EQ(error_of(device.poll_interrupt(0x83, report)), Error::not_ready);
  fake.reports = {{1, 2, 3, 4, 5, 6, 7, 8}, {9}};
  fake.frame();
  EXPECT_EQ(device.poll_interrupt(0x83, report).value(), 8u);
  EXPECT_EQ(report[7], 8);
  EXPECT_EQ(error_of(device.poll_interrupt(0x83, report)), Error::not_ready);
  fake.frame();
  EXPECT_EQ(device.poll_interrupt(0x83, report).value(), 1u);
}

TEST_F(Ehci, ReportsThatAreNone) {
  open_all();
  u8 report[8];
  (void)!device.poll_interrupt(0x83, report);
  fake.reports = {{1}, {2}, {3}};
  fake.lie = [](u32& token) { return token |= 0x7fff'0000, true; };
  fake.frame();
  EXPECT_EQ(error_of(device.poll_interrupt(0x83, report)), Error::device_error) << "more left than there was";
  (void)!device.poll_interrupt(0x83, report);
  fake.lie = [](u32& token) { return token |= qtd::halted, true; };
  fake.frame();
  EXPECT_EQ(error_of(device.poll_interrupt(0x83, report)), Error::device_error);
  fake.lie = [](u32&) { return true; };
  ASSERT_TRUE(device.restart(0x83));
  (void)!device.poll_interrupt(0x83, report);
  fake.frame();
  EXPECT_EQ(device.poll_interrupt(0x83, report).value(), 1u) << "it goes on";
}

TEST_F(Ehci, RegistersThatMakeNoSense) {
  for (u32 length : {0u, 8u, 0x21u, 0xffu}) {
    fake.capability_length = length;
    EXPECT_EQ(open_error(), Error::unsupported) << length;
  }
  fake.capability_length = FakeEhci::operational;
  fake.pci.bars[0].size = 0x60;
  fake.structural = 15;
  EXPECT_EQ(open_error(), Error::unsupported) << "its ports lie outside";
}

TEST_F(Ehci, OneThatDoesNotHaltOrResetIsGivenUp) {
  fake.never_halts = true;
  EXPECT_EQ(open_error(), Error::timeout);
  fake.never_halts = false;
  fake.never_resets = true;
  EXPECT_EQ(open_error(), Error::timeout);
}

TEST_F(Ehci, PortsThatLie) {
  ASSERT_TRUE(host.open(fake.pci, pages, patience));
  fake.connected = false;
  EXPECT_EQ(error_of(device.open(host, 1)), Error::no_media);
  fake.connected = true;
  fake.fast = false;
  EXPECT_EQ(error_of(device.open(host, 1)), Error::unsupported) << "the companion's";
  EXPECT_TRUE(fake.read(FakeEhci::operational + op::first_port, 4) & port::owner);
  fake.port_never_resets = true;
  EXPECT_EQ(error_of(device.open(host, 1)), Error::timeout);
}

TEST_F(Ehci, NobodyMovesMoreThanWasAsked) {
  open_all();
  fake.lie = [](u32& token) { return token |= 0x7fff'0000, true; };
  EXPECT_EQ(ask(), Error::protocol_error);
  EXPECT_EQ(error_of(device.bulk_in(0x81, buffer)), Error::protocol_error);
  EXPECT_EQ(error_of(device.bulk_out(0x02, buffer)), Error::protocol_error);
}

TEST_F(Ehci, WhatIsNotAnsweredIsATimeout) {
  open_all();
  fake.lie = [](u32&) { return false; };
  EXPECT_EQ(ask(), Error::timeout);
  EXPECT_EQ(error_of(device.bulk_in(0x81, buffer)), Error::timeout);
  fake.lie = [](u32&) { return true; };
  EXPECT_EQ(ask(), Error::end_of_file) << "it recovers";
}

TEST_F(Ehci, AControllerThatDiesIsATimeout) {
  open_all();
  fake.dies = true;
  fake.lie = [](u32&) { return false; };
  const u64 before = fakes::ticks;
  EXPECT_EQ(ask(), Error::timeout);
  EXPECT_LE(fakes::ticks - before, 10u) << "nobody waits for it";
}

TEST_F(Ehci, AScheduleThatDoesNotEndStopsTheController) {
  open_all();
  fake.schedule_never_ends = true;
  EXPECT_EQ(ask(), Error::timeout);
  EXPECT_TRUE(halted());
  EXPECT_EQ(ask(), Error::device_error);
}

TEST_F(Ehci, AScheduleThatDoesNotBegin) {
  ASSERT_TRUE(host.open(fake.pci, pages, patience));
  ASSERT_TRUE(device.open(host, 1));
  fake.schedule_never_starts = true;
  EXPECT_EQ(error_of(device.open_endpoints(endpoints)), Error::timeout);
}

TEST_F(Ehci, StallsAreRecoveredFrom) {
  open_all();
  fake.lie = [](u32& token) { return token |= qtd::halted, true; };
  EXPECT_EQ(ask(), Error::device_error);
  EXPECT_EQ(error_of(device.bulk_in(0x81, buffer)), Error::device_error);
  fake.lie = [](u32&) { return true; };
  EXPECT_EQ(ask(), Error::end_of_file);
  ASSERT_TRUE(device.restart(0x81));
  EXPECT_EQ(device.bulk_in(0x81, buffer).value(), buffer.size());
}

TEST_F(Ehci, EndpointsThatThereIsNoRoomFor) {
  open_all();
  EXPECT_EQ(error_of(device.open_endpoints(std::vector<usb::Endpoint>{{.address = 0x84, .transfer = usb::Transfer::bulk, .packet_bytes = 64}})), Error::out_of_resources);
  EXPECT_EQ(error_of(device.open_endpoints(endpoints)), Error::out_of_resources);
}

TEST_F(Ehci, TokensThatRunWild) {
  open_all();
  fakes::Choices choices(7);
  for (int i = 0; i < 500; ++i) {
    fakes::ticks = 0;
    fake.lie = [&](u32& token) {
      if (choices.one_in(3)) token ^= static_cast<u32>(choices.next());
      return !choices.one_in(20);
    };
    const auto into = std::span(buffer).first(choices.below(buffer.size()));
    if (auto got = device.bulk_in(0x81, into)) EXPECT_LE(*got, into.size());
    u8 small[18];
    if (auto got = device.control({0x80, 6, 0x100, 0, sizeof small}, small)) EXPECT_LE(*got, sizeof small);
    u8 report[8];
    fake.reports.push_back(std::vector<u8>(choices.below(12)));
    fake.frame();
    if (auto got = device.poll_interrupt(0x83, report)) EXPECT_LE(*got, sizeof report);
    if (choices.one_in(3)) (void)!device.restart(choices.of<u8>({0x81, 0x02, 0x83}));
  }
}

}  // namespace

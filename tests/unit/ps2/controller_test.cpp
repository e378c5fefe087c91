// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <deque>
#include <initializer_list>
#include <vector>

#include "lib/ps2/controller.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/fakes/machine.hpp"

namespace {

using namespace base;
using fakes::patience;

constexpr u8 acknowledge = 0xfa, resend = 0xfe, set_lights = 0xed;

// A controller with a keyboard. Fields may be changed to lie.
class FakeI8042 : public fakes::PortDevice {
 public:
  FakeI8042() {
    fakes::forget_devices();
    fakes::attach(*this, 0x60, 0x60);
    fakes::attach(*this, 0x64, 0x64);
  }
  ~FakeI8042() override { fakes::forget_devices(); }

  bool silent = false, always_full = false, never_takes = false, translates = true;
  int status = -1;               // when not negative: what the status always is
  std::deque<u8> before_answer;  // what the keyboard says before it answers the next command
  unsigned slow = 0;             // looks until an answer shows
  u64 slow_ticks = 0;            // how long each of them takes
  unsigned resends = 0;          // how often it wants a command again
  std::deque<u16> output;        // bit 8: from the mouse
  std::vector<u8> sent;          // to the keyboard
  u8 configuration = 0x03;

  u32 in(u16 port, unsigned) override {
    if (port == 0x60) {
      if (output.empty()) return 0x1c;
      const u8 byte = static_cast<u8>(output.front());
      output.pop_front();
      return byte;
    }
    if (hidden_) {
      fakes::ticks += slow_ticks;
      return --hidden_, 0;
    }
    if (status >= 0) return static_cast<u32>(status);
    return (always_full || !output.empty() ? 1 : 0) | (never_takes ? 2 : 0) | (!output.empty() && output.front() >> 8 ? 0x20 : 0);
  }

  void out(u16 port, unsigned, u32 value) override {
    EXPECT_FALSE(never_takes);
    if (port == 0x64) {
      awaited_ = static_cast<u8>(value);
      if (value == 0x20 && !silent) output.push_back(configuration);
    } else if (awaited_ == 0x60) {
      configuration = static_cast<u8>(translates ? value : value & ~0x40u);
      awaited_ = 0;
    } else {
      to_keyboard(static_cast<u8>(value));
    }
  }

 private:
  void to_keyboard(u8 byte) {
    sent.push_back(byte);
    hidden_ = slow;
    for (; !before_answer.empty(); before_answer.pop_front()) output.push_back(before_answer.front());
    if (silent) return;
    output.push_back(resends ? resend : acknowledge);
    resends -= resends != 0;
  }
  u8 awaited_ = 0;
  unsigned hidden_ = 0;
};

struct Ps2Controller : testing::Test {
  Ps2Controller() { fakes::ticks = 0; }
  ~Ps2Controller() override {
    // Nothing waits longer than a few deadlines, and nothing reads for ever.
    EXPECT_LE(fakes::ticks, 8 * patience.limit);
    EXPECT_LE(fakes::counters.port_reads, 16 * patience.limit);
  }
  Error start_error() {
    auto started = controller.start(patience);
    return started ? Error::end_of_file : started.error();
  }
  Error send_error(u8 byte) {
    auto sent = controller.send(byte);
    return sent ? Error::end_of_file : sent.error();
  }
  std::vector<u8> bytes() {
    std::vector<u8> all;
    for (u8 byte; all.size() < 100 && controller.get(byte);) all.push_back(byte);
    return all;
  }
  FakeI8042 device;
  ps2::Controller controller;
};

TEST_F(Ps2Controller, StartsWithTranslationAndWithoutInterruptsOrMouse) {
  device.output = {0x1c, 0x9c};
  ASSERT_TRUE(controller.start(patience));
  EXPECT_EQ(device.configuration, 0x60);
  EXPECT_TRUE(bytes().empty()) << "what came before is stale";
}

TEST_F(Ps2Controller, WithoutAControllerThereIsNone) {
  device.status = 0xff;
  EXPECT_EQ(start_error(), Error::not_found);
  EXPECT_LE(fakes::counters.port_reads, 1u);
  EXPECT_TRUE(bytes().empty());
}

TEST_F(Ps2Controller, OneThatTakesNothingIsGivenUp) {
  device.never_takes = true;
  EXPECT_EQ(start_error(), Error::timeout);
}

TEST_F(Ps2Controller, OneThatAnswersNothingIsGivenUp) {
  device.silent = true;
  EXPECT_EQ(start_error(), Error::timeout);
}

TEST_F(Ps2Controller, OneThatCannotTranslateIsGivenUp) {
  device.translates = false;
  EXPECT_EQ(start_error(), Error::unsupported);
}

TEST_F(Ps2Controller, OneThatNeverFallsSilentIsGivenUp) {
  device.always_full = device.silent = true;
  EXPECT_NE(start_error(), Error::not_found);
  EXPECT_EQ(send_error(set_lights), Error::device_error);
}

TEST_F(Ps2Controller, AKeyboardAcknowledges) {
  ASSERT_TRUE(controller.start(patience));
  EXPECT_TRUE(controller.send(set_lights));
  EXPECT_EQ(device.sent, std::vector<u8>{set_lights});
  EXPECT_TRUE(bytes().empty());
}

TEST_F(Ps2Controller, KeysBeforeTheAnswerAreKept) {
  ASSERT_TRUE(controller.start(patience));
  device.before_answer = {0xe0, 0x48, 0xe0, 0xc8};
  ASSERT_TRUE(controller.send(set_lights));
  device.output.push_back(0x1e);
  EXPECT_EQ(bytes(), (std::vector<u8>{0xe0, 0x48, 0xe0, 0xc8, 0x1e}));
  // Also when the queue has gone round.
  for (u8 i = 0; i < 20; ++i) {
    device.before_answer = {i, static_cast<u8>(i + 1), static_cast<u8>(i + 2)};
    ASSERT_TRUE(controller.send(set_lights));
    EXPECT_EQ(bytes(), (std::vector<u8>{i, static_cast<u8>(i + 1), static_cast<u8>(i + 2)}));
  }
}

TEST_F(Ps2Controller, KeysBeforeARequestToResendAreKept) {
  ASSERT_TRUE(controller.start(patience));
  device.before_answer = {0x1e};
  device.resends = 1;
  ASSERT_TRUE(controller.send(set_lights));
  EXPECT_EQ(device.sent, (std::vector<u8>{set_lights, set_lights}));
  EXPECT_EQ(bytes(), std::vector<u8>{0x1e});
}

TEST_F(Ps2Controller, DrainingForgetsWhatWasKept) {
  ASSERT_TRUE(controller.start(patience));
  device.before_answer = {0x1e, 0x9e};
  ASSERT_TRUE(controller.send(set_lights));
  controller.drain();
  EXPECT_TRUE(bytes().empty());
}

TEST_F(Ps2Controller, TheMouseAnswersNothing) {
  ASSERT_TRUE(controller.start(patience));
  device.silent = true;
  device.output = {0x100 | acknowledge, 0x108};
  EXPECT_EQ(send_error(set_lights), Error::timeout);
  EXPECT_TRUE(bytes().empty());
}

TEST_F(Ps2Controller, RequestsToResendHaveAnEnd) {
  ASSERT_TRUE(controller.start(patience));
  device.resends = 1000;
  EXPECT_EQ(send_error(set_lights), Error::device_error);
  EXPECT_LT(device.sent.size(), 5u);
}

TEST_F(Ps2Controller, AKeyboardThatIsGoneIsATimeout) {
  ASSERT_TRUE(controller.start(patience));
  device.silent = true;
  device.before_answer = {0x1e};
  EXPECT_EQ(send_error(set_lights), Error::timeout);
  EXPECT_EQ(bytes(), std::vector<u8>{0x1e});
}

TEST_F(Ps2Controller, ScanCodesWithoutAnEndAreNoAnswer) {
  ASSERT_TRUE(controller.start(patience));
  device.before_answer.assign(1000, 0x1e);
  EXPECT_EQ(send_error(set_lights), Error::device_error);
}

// The processor may stand still between two looks for longer than the deadline.
TEST_F(Ps2Controller, AnAnswerThatIsThereIsTakenHoweverLate) {
  ASSERT_TRUE(controller.start(patience));
  device.slow_ticks = 2 * patience.limit;
  device.slow = 1;
  EXPECT_TRUE(controller.send(set_lights));
  device.slow = 3;
  EXPECT_EQ(send_error(set_lights), Error::timeout);
}

}  // namespace

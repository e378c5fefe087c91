// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/log/log.hpp"
#include "lib/log/ring.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/fakes/machine.hpp"

namespace {

using namespace base;

class Log : public testing::Test {
 protected:
  Log() { restart(true); }
  ~Log() override { restart(false); }
  static void restart(bool console) {
    fakes::debug_console = console;
    log::init(nullptr);
    fakes::take_log();
  }
};

TEST_F(Log, FormatsNumbers) {
  log::info("n=", 0, " ", -5, " ", ~0ull, " ", static_cast<i64>(1ull << 63), " ", u8{255});
  EXPECT_EQ(fakes::take_log(), "n=0 -5 18446744073709551615 -9223372036854775808 255\n");
  log::info(log::hex(0), " ", log::hex(0xabc), " ", log::hex(0x5, 4), " ", log::hex(~0ull), " ", log::hex(Gpa(0x1000)));
  EXPECT_EQ(fakes::take_log(), "0x0 0xabc 0005 0xffffffffffffffff 0x1000\n");
}

TEST_F(Log, FormatsOurTypes) {
  log::info("8be4df61-93ca-11d2-aa0d-00e098032b8c"_guid, " ", Gpa(0xfee00000), " ", Error::not_found);
  EXPECT_EQ(fakes::take_log(), "8be4df61-93ca-11d2-aa0d-00e098032b8c 0xfee00000 not found\n");
}

TEST_F(Log, HostTextCannotDriveTheTerminal) {
  log::info(std::string_view("a\x1b[2J\n\0b\x7f\xff", 9));
  EXPECT_EQ(fakes::take_log(), "a.[2J..b.\n");
  log::info(log::Wide{u"x\x1b\u20acy"});
  EXPECT_EQ(fakes::take_log(), "x??y\n");
}

TEST_F(Log, LevelsAndSinks) {
  log::warning("w");
  log::error("e");
  EXPECT_EQ(fakes::take_log(), "ashlar: w\nashlar: error: e\n");
  restart(false);
  log::debug("d");
  log::info("i");
  EXPECT_EQ(fakes::take_log(), "");
  log::warning("w");
  EXPECT_EQ(fakes::take_log(), "ashlar: w\n");
}

// A debugger reads the ring from memory: the last characters must be the last lines, wherever it wrapped.
TEST(LogRing, KeepsTheEnd) {
  auto ring = std::make_unique<log::Ring>();
  ring->start();
  log::init(ring.get());
  for (int i = 0; i < 1000; ++i) log::info("line ", i);
  log::init(nullptr);
  (void)fakes::take_log();
  ASSERT_TRUE(ring->started());
  std::string text;
  for (u32 i = ring->written - log::Ring::capacity; i != ring->written; ++i) text += ring->text[i % log::Ring::capacity];
  EXPECT_TRUE(text.ends_with("line 998\nline 999\n")) << text.substr(text.size() - 40);
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/machine.hpp"
#include "tests/unit/cc/sev_fixture.hpp"

namespace {

using namespace sev_test;
using cc::GuestType, cc::Reason;

class Platform : public Sev {
 protected:
  // What SEC has before it has a GHCB.
  void without_ghcb(GuestType type) {
    cc::Guest guest;
    guest.type = type;
    cc::init(guest);
  }
};

TEST_F(Platform, AnEncryptedGuestCannotSpeakBeforeItsGhcb) {
  for (GuestType type : {GuestType::sev_es, GuestType::snp}) {
    without_ghcb(type);
    EXPECT_FALSE(cc::can_speak());
  }
  for (GuestType type : {GuestType::plain, GuestType::sev}) {
    without_ghcb(type);
    EXPECT_TRUE(cc::can_speak());
  }
  cc::init({GuestType::snp, 1ull << 51, Gpa(reinterpret_cast<u64>(&page)), Gpa(reinterpret_cast<u64>(&cpuid)), 1});
  EXPECT_TRUE(cc::can_speak());
}

// Words go through the GHCB: without one, a termination is the MSR's alone.
TEST_F(Platform, TerminatesWithoutWordsBeforeItsGhcb) {
  host.ghcb_lie = [](sev::Ghcb&) { return ADD_FAILURE() << "the GHCB page is used", true; };
  for (GuestType type : {GuestType::sev_es, GuestType::snp}) {
    without_ghcb(type);
    (void)fakes::take_log();
    expect_end(Reason::cpuid_page, [] { cc::terminate(Reason::cpuid_page); });
    EXPECT_EQ(fakes::take_log(), "");
  }
}

TEST_F(Platform, TerminatesWithWordsAfterIt) {
  (void)fakes::take_log();
  expect_end(Reason::no_memory, [] { cc::terminate(Reason::no_memory); });
  EXPECT_NE(fakes::take_log().find(cc::describe(Reason::no_memory)), std::string::npos);
}

TEST_F(Platform, InterruptsThatNoProcessorRaisesEnd) {
  constexpr u64 interrupt_flag = 1 << 9;
  arch::InterruptFrame frame{};
  expect_end(Reason::unexpected_interrupt, [&] { cc::check_interrupt(frame, true); });
  expect_end(Reason::unexpected_interrupt, [&] { cc::check_interrupt(frame, false); });
  frame.rflags = interrupt_flag;
  expect_end(Reason::unexpected_interrupt, [&] { cc::check_interrupt(frame, false); });
  cc::check_interrupt(frame, true);
  without_ghcb(GuestType::plain);
  frame.rflags = 0;
  cc::check_interrupt(frame, false);
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "tests/unit/mp/park_checker.hpp"

namespace {

using namespace park_checker;

template <class Step>
void remove(std::vector<Step>& program, Step step) {
  program.erase(std::find(program.begin(), program.end(), step));
}
// `step` to just behind `other`, or just in front of it.
template <class Step>
void move_to(std::vector<Step>& program, Step step, Step other) {
  const bool later = std::find(program.begin(), program.end(), other) > std::find(program.begin(), program.end(), step);
  remove(program, step);
  program.insert(std::find(program.begin(), program.end(), other) + later, step);
}

TEST(Park, EveryInterleavingIsRight) {
  for (const Order order : {Order::sequential, Order::total_store}) {
    const Verdict v = Checker(Programs{}, order, 5).run();
    EXPECT_EQ(v.flaw, Flaw::none);
    EXPECT_GT(v.states, order == Order::sequential ? 100u : 500u);
    std::printf("park: %zu states, %s\n", v.states, order == Order::sequential ? "sequential" : "TSO");
  }
}

struct Mutation {
  const char* name;
  void (*apply)(Programs&);
  Flaw sequential, total_store;
};

using W = WakerStep;
using A = ApStep;
constexpr Flaw ok = Flaw::none;

const Mutation mutations[] = {
    {"waker_without_fence", [](Programs& p) { remove(p.waker, W::fence); }, ok, Flaw::lost_wakeup},
    {"ap_without_fence", [](Programs& p) { remove(p.ap, A::fence); }, ok, Flaw::lost_wakeup},
    {"waker_without_kick", [](Programs& p) { remove(p.waker, W::kick); }, Flaw::lost_wakeup, Flaw::lost_wakeup},
    {"waker_without_look", [](Programs& p) { remove(p.waker, W::look_parked); }, Flaw::lost_wakeup, Flaw::lost_wakeup},
    {"ap_without_announcement", [](Programs& p) { remove(p.ap, A::announce); }, Flaw::lost_wakeup, Flaw::lost_wakeup},
    {"ap_without_acknowledgement", [](Programs& p) { remove(p.ap, A::acknowledge); }, Flaw::double_run, Flaw::double_run},
    {"waker_does_not_wait", [](Programs& p) { remove(p.waker, W::await); }, Flaw::early_acknowledgement, Flaw::early_acknowledgement},
    {"command_before_argument", [](Programs& p) { move_to(p.waker, W::write_command, W::write_argument); }, Flaw::wrong_arguments,
     Flaw::wrong_arguments},
    {"command_before_procedure", [](Programs& p) { move_to(p.waker, W::write_command, W::write_procedure); }, Flaw::wrong_arguments,
     Flaw::wrong_arguments},
    {"look_at_parked_before_command", [](Programs& p) { move_to(p.waker, W::look_parked, W::write_command); }, Flaw::lost_wakeup,
     Flaw::lost_wakeup},
    {"kick_before_command", [](Programs& p) {
       move_to(p.waker, W::kick, W::write_command);
       move_to(p.waker, W::look_parked, W::kick);
     }, Flaw::lost_wakeup, Flaw::lost_wakeup},
    {"fence_after_looking", [](Programs& p) { move_to(p.waker, W::fence, W::look_parked); }, ok, Flaw::lost_wakeup},
    {"look_before_announcement", [](Programs& p) { move_to(p.ap, A::look, A::announce); }, Flaw::lost_wakeup, Flaw::lost_wakeup},
    {"ap_fence_after_looking", [](Programs& p) { move_to(p.ap, A::fence, A::look); }, ok, Flaw::lost_wakeup},
    {"acknowledgement_before_run", [](Programs& p) { move_to(p.ap, A::acknowledge, A::run); }, Flaw::early_acknowledgement,
     Flaw::early_acknowledgement},
    {"acknowledgement_before_reading", [](Programs& p) { move_to(p.ap, A::acknowledge, A::read_procedure); }, Flaw::wrong_arguments,
     Flaw::wrong_arguments},
    {"leave_after_acknowledgement", [](Programs& p) { move_to(p.ap, A::leave, A::acknowledge); }, Flaw::use_after_free,
     Flaw::use_after_free},
    {"arguments_before_look", [](Programs& p) { move_to(p.ap, A::read_argument, A::look); }, Flaw::wrong_arguments, Flaw::wrong_arguments},
    {"procedure_before_look", [](Programs& p) { move_to(p.ap, A::read_procedure, A::look); }, Flaw::wrong_arguments, Flaw::wrong_arguments},
};

class ParkMutation : public testing::TestWithParam<Mutation> {};

// Some flaws show in more than one way, and the search stops at the first: what counts is that one is found.
TEST_P(ParkMutation, IsFound) {
  Programs programs;
  GetParam().apply(programs);
  const Flaw sequential = check(programs, Order::sequential), total_store = check(programs, Order::total_store);
  EXPECT_EQ(sequential == Flaw::none, GetParam().sequential == Flaw::none) << static_cast<int>(sequential);
  EXPECT_NE(total_store, Flaw::none);
  if (total_store != GetParam().total_store) RecordProperty("found_as", static_cast<int>(total_store));
}

INSTANTIATE_TEST_SUITE_P(Each, ParkMutation, testing::ValuesIn(mutations), [](const auto& info) { return std::string(info.param.name); });

// `leave` saves kicks and orders nothing. That every other step is covered by a mutation above is checked here: without it,
// the protocol breaks.
TEST(Park, NoStepIsIdle) {
  for (const WakerStep s : waker_program) {
    if (s == W::write_procedure || s == W::write_argument || s == W::write_command) continue;
    Programs p;
    remove(p.waker, s);
    EXPECT_NE(check(p, Order::total_store), Flaw::none) << static_cast<int>(s);
  }
  for (const ApStep s : ap_program) {
    if (s == A::leave) continue;
    Programs p;
    remove(p.ap, s);
    EXPECT_NE(check(p, Order::total_store), Flaw::none) << static_cast<int>(s);
  }
}

}  // namespace

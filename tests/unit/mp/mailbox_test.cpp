// SPDX-License-Identifier: BSD-2-Clause-Patent
// Every interleaving of one waker and two processors that wait at one mailbox, sequentially consistent and x86-TSO, and
// the same with the protocol spoilt.
#include "lib/mp/mailbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <unordered_set>
#include <vector>

namespace {

using namespace mp::mailbox;

enum class Order : u8 { sequential, total_store };
enum class Flaw : u8 { none, lost_wakeup, wrong_vector, not_called };

struct Programs {
  std::vector<WakerStep> waker{std::begin(waker_program), std::end(waker_program)};
  std::vector<SleeperStep> sleeper{std::begin(sleeper_program), std::end(sleeper_program)};
  bool call_in_two = false;  // command and id by two loads
};

enum class Word : u8 { command, id, vector };
struct Store {
  u8 word, value;
};
struct Buffer {
  std::array<Store, 4> stores{};
  u8 used = 0;
};
// Whom the waker calls, one after the other; 0x80: a test. The vector of round n is n, from 1.
constexpr u8 rounds[] = {1, 2, 0x80 | 1, 2};
constexpr u8 round_count = std::size(rounds);

struct State {
  std::array<u8, 3> words{};
  std::array<Buffer, 3> buffers{};  // 0: the waker
  u8 waker_at = 0, round = 0, waker_busy = 0;
  std::array<u8, 2> at{}, command{}, vector{}, half_seen{};
  u8 gone = 0;      // rounds answered by `go`, a bit each
  u8 answered = 0;  // rounds whose answer the waker has seen
  std::string key() const { return {reinterpret_cast<const char*>(this), sizeof *this}; }
};
static_assert(std::is_trivially_copyable_v<State> && alignof(State) == 1);

class Checker {
 public:
  Checker(Programs programs, Order order) : programs_(std::move(programs)), order_(order) {}

  Flaw run() {
    visit(State{});
    while (!stack_.empty() && flaw_ == Flaw::none) {
      const State s = stack_.back();
      stack_.pop_back();
      bool moved = waker_moves(s);
      for (u8 who = 0; who < 2; ++who) moved |= sleeper_moves(s, who);
      for (u8 who = 0; who < 3; ++who) moved |= drains(s, who);
      const bool finished = s.round == round_count && !s.waker_busy;
      if (!moved && flaw_ == Flaw::none && (!finished || s.gone != 0b1011)) flaw_ = Flaw::lost_wakeup;
    }
    return flaw_;
  }
  usize states() const { return seen_.size(); }

 private:
  class View {
   public:
    View(State& s, unsigned who, Order order) : s_(s), who_(who), order_(order) {}
    u8 load(Word word) const {
      const Buffer& own = s_.buffers[who_];
      for (unsigned i = own.used; i-- > 0;)
        if (own.stores[i].word == static_cast<u8>(word)) return own.stores[i].value;
      return s_.words[static_cast<u8>(word)];
    }
    void store(Word word, u8 value) {
      if (order_ == Order::sequential)
        s_.words[static_cast<u8>(word)] = value;
      else
        s_.buffers[who_].stores[s_.buffers[who_].used++] = {static_cast<u8>(word), value};
    }
    Call load_call() const { return {static_cast<Command>(load(Word::command)), load(Word::id)}; }
    u64 load_vector() const { return load(Word::vector); }
    void store_id(u32 id) { store(Word::id, static_cast<u8>(id)); }
    void store_vector(u64 vector) { store(Word::vector, static_cast<u8>(vector)); }
    void store_command(Command command) { store(Word::command, static_cast<u8>(command)); }
    void go(u64 vector) {
      const bool known = vector >= 1 && vector <= round_count;
      if (!known || (rounds[vector - 1] & 0x80) || rounds[vector - 1] != who_) flaw = Flaw::wrong_vector;
      else if (s_.gone >> (vector - 1) & 1) flaw = Flaw::not_called;
      else s_.gone |= static_cast<u8>(1 << (vector - 1));
    }
    Flaw flaw = Flaw::none;

   private:
    State& s_;
    unsigned who_;
    Order order_;
  };

  void visit(const State& s) {
    if (seen_.insert(s.key()).second) stack_.push_back(s);
  }
  bool full(const State& s, unsigned who) const { return s.buffers[who].used == s.buffers[who].stores.size(); }

  bool waker_moves(const State& s) {
    State n = s;
    if (!s.waker_busy) {
      if (s.round == round_count) return false;
      n.waker_busy = 1;
      n.waker_at = 0;
      ++n.round;
      visit(n);
      return true;
    }
    if (full(s, 0)) return false;
    const u8 whom = rounds[s.round - 1];
    Waker w;
    whom & 0x80 ? w.test(whom & 0x7f) : w.wake(whom, s.round);
    w.at = s.waker_at;
    View view(n, 0, order_);
    step(w, view, programs_.waker);
    if (w.busy && w.at == s.waker_at) return false;  // waits in vain
    n.waker_at = static_cast<u8>(w.at);
    n.waker_busy = w.busy;
    visit(n);
    return true;
  }

  bool sleeper_moves(const State& s, u8 who) {
    if (full(s, who + 1u)) return false;
    State n = s;
    View view(n, who + 1u, order_);
    if (programs_.call_in_two && s.at[who] == 0 && !s.half_seen[who]) {
      if (view.load(Word::command) == 0) return false;
      n.half_seen[who] = view.load(Word::command);
      visit(n);
      return true;
    }
    Sleeper sleeper{who + 1u, s.at[who], static_cast<Command>(s.command[who]), s.vector[who]};
    if (s.half_seen[who]) {
      n.half_seen[who] = 0;
      sleeper.command = static_cast<Command>(s.half_seen[who]);
      sleeper.at = view.load(Word::id) == who + 1u;
    } else {
      step(sleeper, view, programs_.sleeper);
    }
    if (view.flaw != Flaw::none) flaw_ = view.flaw;
    n.at[who] = static_cast<u8>(sleeper.at);
    n.command[who] = sleeper.at ? static_cast<u8>(sleeper.command) : 0;
    n.vector[who] = sleeper.at ? static_cast<u8>(sleeper.vector) : 0;
    if (n.key() == s.key()) return false;
    visit(n);
    return true;
  }

  bool drains(const State& s, u8 who) {
    if (!s.buffers[who].used) return false;
    State n = s;
    Buffer& b = n.buffers[who];
    n.words[b.stores[0].word] = b.stores[0].value;
    for (unsigned i = 1; i < b.used; ++i) b.stores[i - 1] = b.stores[i];
    b.stores[--b.used] = {};
    visit(n);
    return true;
  }

  Programs programs_;
  Order order_;
  Flaw flaw_ = Flaw::none;
  std::unordered_set<std::string> seen_;
  std::vector<State> stack_;
};

Flaw check(const Programs& programs, Order order) { return Checker(programs, order).run(); }

template <class Step>
void move_behind(std::vector<Step>& program, Step step, Step other) {
  program.erase(std::find(program.begin(), program.end(), step));
  program.insert(std::find(program.begin(), program.end(), other) + 1, step);
}

TEST(Mailbox, EveryInterleavingIsRight) {
  for (const Order order : {Order::sequential, Order::total_store}) {
    Checker checker({}, order);
    EXPECT_EQ(checker.run(), Flaw::none);
    EXPECT_GT(checker.states(), order == Order::sequential ? 50u : 100u);
  }
}

struct Mutation {
  const char* name;
  void (*apply)(Programs&);
};
using W = WakerStep;
using S = SleeperStep;
const Mutation mutations[] = {
    {"call_read_in_two", [](Programs& p) { p.call_in_two = true; }},
    {"command_before_vector", [](Programs& p) { move_behind(p.waker, W::write_vector, W::write_command); }},
    {"command_before_id", [](Programs& p) { move_behind(p.waker, W::write_id, W::write_command); }},
    {"waker_does_not_wait", [](Programs& p) { std::erase(p.waker, W::await); }},
    {"no_command", [](Programs& p) { std::erase(p.waker, W::write_command); }},
    {"no_acknowledgement", [](Programs& p) { std::erase(p.sleeper, S::acknowledge); }},
    {"vector_after_acknowledgement", [](Programs& p) { move_behind(p.sleeper, S::read_vector, S::acknowledge); }},
    {"vector_not_read", [](Programs& p) { std::erase(p.sleeper, S::read_vector); }},
};
class MailboxMutation : public testing::TestWithParam<Mutation> {};
TEST_P(MailboxMutation, IsFound) {
  Programs programs;
  GetParam().apply(programs);
  EXPECT_NE(check(programs, Order::total_store), Flaw::none);
}
INSTANTIATE_TEST_SUITE_P(Each, MailboxMutation, testing::ValuesIn(mutations), [](const auto& info) { return std::string(info.param.name); });

TEST(Mailbox, VectorHasSixtyFourBits) {
  struct Memory {
    Page page{};
    u64 went = 0;
    Call load_call() {
      u64 first;
      std::memcpy(&first, &page, sizeof first);
      return call_of(first);
    }
    u64 load_vector() const { return page.wakeup_vector; }
    void store_id(u32 id) { page.apic_id = id; }
    void store_vector(u64 vector) { page.wakeup_vector = vector; }
    void store_command(Command command) { page.command = static_cast<u16>(command); }
    void go(u64 vector) { went = vector; }
  } memory;
  Waker waker;
  Sleeper sleeper{.apic_id = 0x12345};
  waker.wake(0x12345, 0x7f'1234'5000);
  while (waker.busy) {
    step(waker, memory);
    step(sleeper, memory);
  }
  while (sleeper.at) step(sleeper, memory);
  EXPECT_EQ(memory.went, 0x7f'1234'5000u);
  EXPECT_EQ(memory.page.command, 0u);

  memory.went = 0;
  memory.page.command = 7;  // unknown commands wait for somebody who knows them
  for (int i = 0; i < 10; ++i) step(sleeper, memory);
  EXPECT_EQ(memory.page.command, 7u);
  waker.test(0x12345);
  while (waker.busy) {
    step(waker, memory);
    step(sleeper, memory);
  }
  EXPECT_EQ(memory.went, 0u);
}

}  // namespace

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <array>
#include <cstring>
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/mp/park.hpp"

// Every interleaving of one waker and one AP, by depth-first search over whole states. Memory is sequentially
// consistent, or x86-TSO: each processor's stores wait in a queue that it alone sees, and drain at any time. A kick is
// not a store: it overtakes the queue, as a WRMSR to the x2APIC's command register may [apm2 §16.11.2].
namespace park_checker {

using namespace mp::park;

enum class Order : u8 { sequential, total_store };
enum class Flaw : u8 { none, lost_wakeup, double_run, wrong_arguments, early_acknowledgement, use_after_free };

struct Programs {
  std::vector<WakerStep> waker{std::begin(waker_program), std::end(waker_program)};
  std::vector<ApStep> ap{std::begin(ap_program), std::end(ap_program)};
};

struct Verdict {
  Flaw flaw = Flaw::none;
  std::size_t states = 0;
};

constexpr unsigned depth = 4;  // of a store buffer; a full one blocks its owner

struct Store {
  Word word;
  u8 value;
};
struct Buffer {
  std::array<Store, depth> stores{};
  unsigned used = 0;
};

struct State {
  std::array<u8, word_count> words{};
  Buffer buffers[2];  // 0: waker, 1: AP
  Waker waker;
  Ap ap;
  bool pending = false, asleep = false;
  u8 rounds_posted = 0;
  u8 runs = 0;  // of the round under way
  u8 run_of = 0;
  bool freed = false;

  std::string key() const;
};

class Checker {
 public:
  Checker(const Programs& programs, Order order, unsigned rounds) : programs_(programs), order_(order), rounds_(rounds) {}
  Verdict run();

 private:
  class View;
  void explore(const State& state);
  bool finished(const State& s) const { return s.rounds_posted == rounds_ && !s.waker.busy; }
  void waker_moves(const State& s, bool& moved);
  void ap_moves(const State& s, bool& moved);
  void drains(const State& s, bool& moved);
  void visit(State next);

  Programs programs_;
  Order order_;
  unsigned rounds_;
  Flaw flaw_ = Flaw::none;
  std::unordered_set<std::string> seen_;
  std::vector<State> stack_;
};


inline std::string State::key() const {
  std::string k;
  const auto add = [&](u64 value) { k.push_back(static_cast<char>(value)); };
  for (u8 w : words) add(w);
  for (const Buffer& b : buffers) {
    add(b.used);
    for (unsigned i = 0; i < b.used; ++i) add(static_cast<u8>(b.stores[i].word)), add(b.stores[i].value);
  }
  for (u64 v : {u64{waker.at}, waker.ticket, u64{waker.saw_parked}, u64{waker.busy}, u64{ap.at}, ap.done, ap.seen, ap.procedure, ap.argument})
    add(v);
  for (u8 v : {u8{pending}, u8{asleep}, rounds_posted, runs, run_of, u8{freed}}) add(v);
  return k;
}

// What one processor's step sees. Arguments of round n are n, so that a stale or an early one shows.
class Checker::View {
 public:
  View(State& state, unsigned who, Order order) : s_(state), who_(who), order_(order) {}

  u64 load(Word word) {
    touch();
    const Buffer& own = s_.buffers[who_];
    for (unsigned i = own.used; i-- > 0;)
      if (own.stores[i].word == word) return own.stores[i].value;
    return s_.words[static_cast<u8>(word)];
  }
  void store(Word word, u64 value) {
    touch();
    if (order_ == Order::sequential) {
      s_.words[static_cast<u8>(word)] = static_cast<u8>(value);
      return;
    }
    Buffer& own = s_.buffers[who_];
    own.stores[own.used++] = {word, static_cast<u8>(value)};
  }
  void fence() {}  // enabled only with an empty buffer
  void kick() {
    if (s_.asleep)
      s_.asleep = false;
    else
      s_.pending = true;
  }
  void sleep() {
    if (s_.pending)
      s_.pending = false;
    else
      s_.asleep = true;
  }
  void run(u64 procedure, u64 argument) {
    const u8 round = static_cast<u8>(s_.ap.seen);
    if (procedure != round || argument != round) flaw = Flaw::wrong_arguments;
    if (s_.run_of == round && s_.runs) flaw = Flaw::double_run;
    s_.run_of = round;
    s_.runs = 1;
  }
  Flaw flaw = Flaw::none;

 private:
  void touch() {
    if (who_ == 1 && s_.freed) flaw = Flaw::use_after_free;
  }
  State& s_;
  unsigned who_;
  Order order_;
};

inline void Checker::visit(State next) {
  if (seen_.insert(next.key()).second) stack_.push_back(next);
}

inline void Checker::waker_moves(const State& s, bool& moved) {
  State n = s;
  if (!s.waker.busy) {
    if (s.rounds_posted == rounds_) {
      // The AP has acknowledged its last order: from here on its memory is somebody else's.
      if (!s.freed) n.freed = true, moved = true, visit(n);
      return;
    }
    ++n.rounds_posted;
    n.waker.post(n.rounds_posted, n.rounds_posted);
    moved = true;
    return visit(n);
  }
  const WakerStep now = programs_.waker[s.waker.at];
  if (now == WakerStep::fence && s.buffers[0].used) return;
  if (s.buffers[0].used == depth) return;
  View view(n, 0, order_);
  step(n.waker, view, programs_.waker);
  // Waiting in vain changes nothing, and must not count as a move.
  if (now == WakerStep::await && n.waker.busy) return;
  if (!n.waker.busy && (n.runs == 0 || n.run_of != n.waker.ticket)) flaw_ = Flaw::early_acknowledgement;
  moved = true;
  visit(n);
}

inline void Checker::ap_moves(const State& s, bool& moved) {
  if (s.asleep) return;
  // The last round retires the AP: its acknowledgement is the last thing it does.
  if (s.ap.at == 0 && s.ap.done == rounds_) return;
  const ApStep now = programs_.ap[s.ap.at];
  if (now == ApStep::fence && s.buffers[1].used) return;
  if (s.buffers[1].used == depth) return;
  State n = s;
  View view(n, 1, order_);
  step(n.ap, view, programs_.ap);
  if (view.flaw != Flaw::none) flaw_ = view.flaw;
  moved = true;
  visit(n);
}

inline void Checker::drains(const State& s, bool& moved) {
  for (unsigned who = 0; who < 2; ++who) {
    if (!s.buffers[who].used) continue;
    State n = s;
    Buffer& b = n.buffers[who];
    n.words[static_cast<u8>(b.stores[0].word)] = b.stores[0].value;
    for (unsigned i = 1; i < b.used; ++i) b.stores[i - 1] = b.stores[i];
    --b.used;
    // A store that reaches memory after that memory was freed is a use of it.
    if (who == 1 && s.freed) flaw_ = Flaw::use_after_free;
    moved = true;
    visit(n);
  }
}

inline Verdict Checker::run() {
  visit(State{});
  while (!stack_.empty() && flaw_ == Flaw::none) {
    const State s = stack_.back();
    stack_.pop_back();
    bool moved = false;
    waker_moves(s, moved);
    ap_moves(s, moved);
    drains(s, moved);
    if (!moved && !finished(s) && flaw_ == Flaw::none) flaw_ = Flaw::lost_wakeup;
  }
  return {flaw_, seen_.size()};
}

inline Flaw check(const Programs& programs, Order order, unsigned rounds = 3) { return Checker(programs, order, rounds).run().flaw; }

}  // namespace park_checker

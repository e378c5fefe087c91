// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/types.hpp"

// How a parked processor is given work, and how it gives its memory back: two programs whose every step is at most one
// access to shared memory. The firmware runs them on real memory; tests/unit/mp/park_checker runs the same code through
// every interleaving, with and without store buffers.
//
//   waker                                   AP
//   1 procedure := p                        1 parked := 1
//   2 argument := a                         2 fence
//   3 command := n (a number never used)    3 look at command
//   4 fence                                 4 nothing new? sleep until kicked, then from 1
//   5 look at parked                        5 parked := 0
//   6 parked? kick                          6 read procedure
//   7 wait until done = n                   7 read argument
//                                           8 run
//                                           9 done := n, the last access to anything that the waker may reuse
//
// A kick that comes before the sleep ends that sleep: interrupts are off but for the STI; HLT of step 4. The fences make
// of "parked, then command" and "command, then parked" a pair of which one side at least sees the other's store.
namespace mp::park {

using namespace base;

enum class Word : u8 { procedure, argument, command, parked, done };
inline constexpr unsigned word_count = 5;

enum class WakerStep : u8 { write_procedure, write_argument, write_command, fence, look_parked, kick, await };
inline constexpr WakerStep waker_program[] = {
    WakerStep::write_procedure, WakerStep::write_argument, WakerStep::write_command, WakerStep::fence,
    WakerStep::look_parked,     WakerStep::kick,           WakerStep::await,
};

enum class ApStep : u8 { announce, fence, look, sleep, leave, read_procedure, read_argument, run, acknowledge };
inline constexpr ApStep ap_program[] = {
    ApStep::announce,       ApStep::fence,         ApStep::look, ApStep::sleep,       ApStep::leave,
    ApStep::read_procedure, ApStep::read_argument, ApStep::run,  ApStep::acknowledge,
};

// What a waker remembers of one AP.
struct Waker {
  unsigned at = 0;
  u64 ticket = 0;  // the command that is, or was last, under way
  u64 procedure = 0, argument = 0;
  bool saw_parked = false;
  bool busy = false;

  void post(u64 p, u64 a) {
    at = 0;
    ++ticket;
    procedure = p;
    argument = a;
    busy = true;
  }
};

struct Ap {
  unsigned at = 0;
  u64 done = 0, seen = 0;
  u64 procedure = 0, argument = 0;
};

// One step. Memory has load(Word), store(Word, value), fence(), kick().
template <class Memory>
void step(Waker& w, Memory& memory, std::span<const WakerStep> program = waker_program) {
  if (!w.busy) return;
  const WakerStep now = program[w.at++];
  switch (now) {
    case WakerStep::write_procedure: memory.store(Word::procedure, w.procedure); break;
    case WakerStep::write_argument: memory.store(Word::argument, w.argument); break;
    case WakerStep::write_command: memory.store(Word::command, w.ticket); break;
    case WakerStep::fence: memory.fence(); break;
    case WakerStep::look_parked: w.saw_parked = memory.load(Word::parked); break;
    case WakerStep::kick:
      if (w.saw_parked) memory.kick();
      break;
    case WakerStep::await:
      if (memory.load(Word::done) != w.ticket) w.at -= 1;
      else w.busy = false;
      break;
  }
  if (w.at == program.size()) w.busy = false;
}

// One step. Memory has also sleep() and run(procedure, argument).
template <class Memory>
void step(Ap& ap, Memory& memory, std::span<const ApStep> program = ap_program) {
  const ApStep now = program[ap.at++];
  switch (now) {
    case ApStep::announce: memory.store(Word::parked, 1); break;
    case ApStep::fence: memory.fence(); break;
    case ApStep::look: ap.seen = memory.load(Word::command); break;
    case ApStep::sleep:
      if (ap.seen == ap.done) {
        memory.sleep();
        ap.at = 0;
      }
      break;
    case ApStep::leave: memory.store(Word::parked, 0); break;
    case ApStep::read_procedure: ap.procedure = memory.load(Word::procedure); break;
    case ApStep::read_argument: ap.argument = memory.load(Word::argument); break;
    case ApStep::run: memory.run(ap.procedure, ap.argument); break;
    case ApStep::acknowledge:
      ap.done = ap.seen;
      memory.store(Word::done, ap.done);
      break;
  }
  if (ap.at == program.size()) ap.at = 0;
}

// Posted and, where needed, kicked: what is left is to wait.
inline bool waiting(const Waker& w) { return w.busy && waker_program[w.at] == WakerStep::await; }

}  // namespace mp::park

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/types.hpp"

// The multiprocessor wake-up mailbox [acpi §5.2.12.19]: one page in which all waiting processors look for their own APIC
// id. Like park.hpp, two programs whose every step is at most one access; tests/unit/mp/mailbox_test runs them through every
// interleaving.
//
//   waker                                          waiting processor
//   1 apic id := whom                              1 look at command and apic id in one access
//   2 vector := where to                           2 not a command, not mine? from 1
//   3 command := wakeup                            3 read the vector, all 64 bits
//   4 wait until command = noop                    4 command := noop, the last access to the mailbox
//                                                  5 go there
//
// Two accesses in step 1 would be wrong: the command of one wake-up with the APIC id of the next is a processor on its way
// to a vector that is not written yet.
namespace mp::mailbox {

using namespace base;

enum class Command : u16 { noop = 0, wakeup = 1, test = 2 };  // test: acknowledged, and nothing else; version 1

struct Page {
  u16 command;
  u16 reserved;
  u32 apic_id;
  u64 wakeup_vector;
  u8 operating_system[2032];
  u8 firmware[2048];
};
static_assert(sizeof(Page) == 4096 && offsetof(Page, apic_id) == 4 && offsetof(Page, wakeup_vector) == 8);
static_assert(offsetof(Page, firmware) == 0x800);

// Its entry in the MADT.
struct [[gnu::packed]] MadtEntry {
  static constexpr u8 type_value = 0x10;
  u8 type, length;  // 16 bytes in version 0
  u16 version;
  u32 reserved;
  u64 mailbox;
  u64 reset_vector;  // version 1: where the operating system sends a processor that is to wait again
};
static_assert(sizeof(MadtEntry) == 24);

// What a processor sees of the page's first quadword.
struct Call {
  Command command = Command::noop;
  u32 apic_id = 0;
  constexpr bool operator==(const Call&) const = default;
};
constexpr Call call_of(u64 first_quadword) {
  return {static_cast<Command>(first_quadword & 0xffff), static_cast<u32>(first_quadword >> 32)};
}

enum class WakerStep : u8 { write_id, write_vector, write_command, await };
inline constexpr WakerStep waker_program[] = {WakerStep::write_id, WakerStep::write_vector, WakerStep::write_command, WakerStep::await};

enum class SleeperStep : u8 { look, read_vector, acknowledge, go };
inline constexpr SleeperStep sleeper_program[] = {SleeperStep::look, SleeperStep::read_vector, SleeperStep::acknowledge, SleeperStep::go};

struct Waker {
  unsigned at = 0;
  Call call;
  u64 vector = 0;
  bool busy = false;

  void wake(u32 apic_id, u64 to) { *this = {0, {Command::wakeup, apic_id}, to, true}; }
  void test(u32 apic_id) { *this = {0, {Command::test, apic_id}, 0, true}; }
};

struct Sleeper {
  u32 apic_id = 0;
  unsigned at = 0;
  Command command = Command::noop;
  u64 vector = 0;
};

// One step. Memory has load_call(), load_vector(), store_id(), store_vector(), store_command().
template <class Memory>
void step(Waker& w, Memory& memory, std::span<const WakerStep> program = waker_program) {
  if (!w.busy) return;
  const WakerStep now = program[w.at++];
  switch (now) {
    case WakerStep::write_id: memory.store_id(w.call.apic_id); break;
    case WakerStep::write_vector: memory.store_vector(w.vector); break;
    case WakerStep::write_command: memory.store_command(w.call.command); break;
    case WakerStep::await:
      if (memory.load_call().command != Command::noop) --w.at;
      else w.busy = false;
      break;
  }
  if (w.at == program.size()) w.busy = false;
}

// One step. Memory has also go(vector).
template <class Memory>
void step(Sleeper& s, Memory& memory, std::span<const SleeperStep> program = sleeper_program) {
  const SleeperStep now = program[s.at++];
  switch (now) {
    case SleeperStep::look: {
      const Call call = memory.load_call();
      s.command = call.command;
      const bool known = call.command == Command::wakeup || call.command == Command::test;
      if (!known || call.apic_id != s.apic_id) s.at = 0;
      break;
    }
    case SleeperStep::read_vector: s.vector = memory.load_vector(); break;
    case SleeperStep::acknowledge: memory.store_command(Command::noop); break;
    case SleeperStep::go:
      if (s.command == Command::wakeup) memory.go(s.vector);
      break;
  }
  if (s.at == program.size()) s.at = 0;
}

}  // namespace mp::mailbox

// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/handoff/processors.hpp"
#include "lib/interrupt/interrupt.hpp"
#include "lib/mp/memory_types.hpp"
#include "lib/mp/park.hpp"

namespace mp {

inline constexpr u32 unknown_id = ~0u;

// What one processor other than the boot processor owns, at the end of its memory:
//   guard page | stack | stack for exceptions | Station
struct alignas(64) Station {
  u64 words[park::word_count] = {};  // park.hpp
  alignas(64) park::Waker waker = {};
  u32 apic_id = unknown_id;
  u32 arrived = 0;
  interrupt::Descriptors descriptors = {};
};

inline constexpr u64 stack_bytes = 0x8000, exceptions_bytes = 0x2000;
inline constexpr u64 station_stride = page_bytes + stack_bytes + exceptions_bytes;
static_assert(sizeof(Station) <= 0x400);

// The memory of all of them, in the order in which their owners came.
struct Stations {
  PageRange memory;
  u32 count = 0;

  u64 stack_top(u32 slot) const { return memory.start().raw() + slot * station_stride + page_bytes + stack_bytes; }
  Station& at(u32 slot) const {
    return *reinterpret_cast<Station*>(memory.start().raw() + (slot + 1) * station_stride - sizeof(Station));
  }
  // Which one's stack is this address on? `count`: nobody's.
  u32 slot_of(u64 address) const {
    const u64 offset = address - memory.start().raw();
    const u64 slot = offset / station_stride;
    return slot < count ? static_cast<u32>(slot) : count;
  }
};

struct Starter;

// Everything that mp/ knows, in one place.
struct State {
  Lender lender;
  const Starter* starter = nullptr;
  Stations stations;
  MemoryTypes memory_types;
  PageRange ghcbs;     // a page each, where requests to the host need one
  PageRange members;   // u32 slot of each processor number; `stations.count` stands for the boot processor
  u32 member_count = 1;
  u32 boot_number = 0;
  u32 boot_apic_id = 0;
  u32 flagged_apic_id = 0;  // where the machine began, and where INIT leads back to the reset vector
  u32 apic_id_limit = 0;
  u32 outstanding = 0;  // arrivals and orders that the boot processor waits for
};
State& state();

inline constexpr u8 wake_vector = 0x31;

inline u32 slot_of_number(u32 number) { return reinterpret_cast<const u32*>(state().members.start().raw())[number]; }

// A processor's own loop, entered on its own stack by start_up.nasm.
extern "C" [[noreturn]] void mp_enter(u64 stack_top);
// One finished or arrived: the last of those that are waited for wakes the boot processor.
void report_news();

// The order that ends in park.nasm. Needs prepare_parking().
void prepare_parking();
[[noreturn]] void leave_for_good();

}  // namespace mp
